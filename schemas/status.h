// Status and Result: how every fallible function of Ledgerline reports failure.
//
// The code says what the caller should do (fix the input, retry, back off, give up); the message names the field, the
// value and the bound. Both types are [[nodiscard]]; to ignore one on purpose, call IgnoreError(), which can be
// searched.
#ifndef LEDGERLINE_SCHEMAS_STATUS_H_
#define LEDGERLINE_SCHEMAS_STATUS_H_

#include <cassert>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace ledgerline {

enum class StatusCode {
  kOk = 0,
  kInvalidArgument,     // The input is malformed: fix it.
  kOutOfRange,          // A number leaves its type or its bound: fix the input.
  kNotFound,            // No such thing.
  kAlreadyExists,       // The same key with other content: a conflict, do not retry.
  kFailedPrecondition,  // The state does not allow it (no consent, period not closed): change the state first.
  kPermissionDenied,    // The key may not do this.
  kDataLoss,            // Stored bytes are missing or altered: stop and restore.
  kUnavailable,         // Back off and retry the same call.
  kResourceExhausted,   // A queue or a disk is full: back off, retry the same call.
  kInternal,            // A defect of ours or of a library.
};

// "kInvalidArgument" -> "invalid argument", for messages.
std::string_view StatusCodeName(StatusCode code);

class [[nodiscard]] Status {
 public:
  Status() = default;  // kOk
  Status(StatusCode code, std::string message) : code_(code), message_(std::move(message)) {
    assert(code != StatusCode::kOk);
  }
  static Status Ok() { return Status(); }

  bool ok() const { return code_ == StatusCode::kOk; }
  StatusCode code() const { return code_; }
  const std::string& message() const { return message_; }
  // "invalid argument: tempo_bpm 900 is above 480"
  std::string ToString() const;
  // The same error with "context: " before its message. An ok status stays ok.
  Status WithContext(std::string_view context) const;
  void IgnoreError() const {}

 private:
  StatusCode code_ = StatusCode::kOk;
  std::string message_;
};

Status InvalidArgument(std::string message);
Status OutOfRange(std::string message);
Status NotFound(std::string message);
Status AlreadyExists(std::string message);
Status FailedPrecondition(std::string message);
Status PermissionDenied(std::string message);
Status DataLoss(std::string message);
Status Unavailable(std::string message);
Status ResourceExhausted(std::string message);
Status Internal(std::string message);

// A value of type T, or the Status that says why there is none.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : held_(std::move(value)) {}        // NOLINT: implicit on purpose, as return statements read better
  Result(Status status) : held_(std::move(status)) {  // NOLINT
    assert(!std::get<Status>(held_).ok());
  }

  bool ok() const { return std::holds_alternative<T>(held_); }
  const Status& status() const {
    static const Status kOkStatus;
    return ok() ? kOkStatus : std::get<Status>(held_);
  }
  T& value() & {
    assert(ok());
    return *std::get_if<T>(&held_);
  }
  const T& value() const& {
    assert(ok());
    return *std::get_if<T>(&held_);
  }
  T&& value() && {
    assert(ok());
    return std::move(*std::get_if<T>(&held_));
  }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

 private:
  std::variant<T, Status> held_;
};

}  // namespace ledgerline

#define LEDGERLINE_CONCAT_INNER(a, b) a##b
#define LEDGERLINE_CONCAT(a, b) LEDGERLINE_CONCAT_INNER(a, b)

// Returns the status of `expression` from the enclosing function unless it is ok.
#define RETURN_IF_ERROR(expression)                                                                   \
  do {                                                                                                \
    if (::ledgerline::Status status_macro_ = (expression); !status_macro_.ok()) return status_macro_; \
  } while (false)

// ASSIGN_OR_RETURN(auto value, Fallible()): declares `value`, or returns the error.
#define ASSIGN_OR_RETURN(declaration, expression) \
  ASSIGN_OR_RETURN_INNER(LEDGERLINE_CONCAT(result_macro_, __LINE__), declaration, expression)
#define ASSIGN_OR_RETURN_INNER(temporary, declaration, expression) \
  auto temporary = (expression);                                   \
  if (!temporary.ok()) return temporary.status();                  \
  declaration = std::move(temporary).value()

#endif  // LEDGERLINE_SCHEMAS_STATUS_H_
