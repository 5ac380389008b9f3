#include "crypto/pkcs11_signer.h"

#include <dlfcn.h>
#include <p11-kit/pkcs11.h>

#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <vector>

#include "crypto/private_file.h"

namespace ledgerline::crypto {
namespace {

constexpr size_t kPinBytesMax = 256;
constexpr std::string_view kProbe = "ledgerline/pkcs11-probe/v1\n";

struct ReturnName {
  CK_RV value;
  const char* name;
  StatusCode code;
};

// The codes that people meet (PKCS#11 3.0 section 5.1); any other is shown as a number.
constexpr ReturnName kReturnNames[] = {
    {CKR_SLOT_ID_INVALID, "CKR_SLOT_ID_INVALID", StatusCode::kUnavailable},
    {CKR_GENERAL_ERROR, "CKR_GENERAL_ERROR", StatusCode::kInternal},
    {CKR_FUNCTION_FAILED, "CKR_FUNCTION_FAILED", StatusCode::kInternal},
    {CKR_HOST_MEMORY, "CKR_HOST_MEMORY", StatusCode::kResourceExhausted},
    {CKR_ARGUMENTS_BAD, "CKR_ARGUMENTS_BAD", StatusCode::kInternal},
    {CKR_DEVICE_ERROR, "CKR_DEVICE_ERROR", StatusCode::kUnavailable},
    {CKR_DEVICE_REMOVED, "CKR_DEVICE_REMOVED", StatusCode::kUnavailable},
    {CKR_KEY_HANDLE_INVALID, "CKR_KEY_HANDLE_INVALID", StatusCode::kUnavailable},
    {CKR_KEY_TYPE_INCONSISTENT, "CKR_KEY_TYPE_INCONSISTENT", StatusCode::kInvalidArgument},
    {CKR_KEY_FUNCTION_NOT_PERMITTED, "CKR_KEY_FUNCTION_NOT_PERMITTED", StatusCode::kInvalidArgument},
    {CKR_MECHANISM_INVALID, "CKR_MECHANISM_INVALID", StatusCode::kInvalidArgument},
    {CKR_PIN_INCORRECT, "CKR_PIN_INCORRECT", StatusCode::kPermissionDenied},
    {CKR_PIN_INVALID, "CKR_PIN_INVALID", StatusCode::kPermissionDenied},
    {CKR_PIN_LEN_RANGE, "CKR_PIN_LEN_RANGE", StatusCode::kPermissionDenied},
    {CKR_PIN_EXPIRED, "CKR_PIN_EXPIRED", StatusCode::kPermissionDenied},
    {CKR_PIN_LOCKED, "CKR_PIN_LOCKED", StatusCode::kPermissionDenied},
    {CKR_SESSION_CLOSED, "CKR_SESSION_CLOSED", StatusCode::kUnavailable},
    {CKR_SESSION_COUNT, "CKR_SESSION_COUNT", StatusCode::kResourceExhausted},
    {CKR_SESSION_HANDLE_INVALID, "CKR_SESSION_HANDLE_INVALID", StatusCode::kUnavailable},
    {CKR_TOKEN_NOT_PRESENT, "CKR_TOKEN_NOT_PRESENT", StatusCode::kUnavailable},
    {CKR_TOKEN_NOT_RECOGNIZED, "CKR_TOKEN_NOT_RECOGNIZED", StatusCode::kUnavailable},
    {CKR_USER_NOT_LOGGED_IN, "CKR_USER_NOT_LOGGED_IN", StatusCode::kPermissionDenied},
    {CKR_USER_PIN_NOT_INITIALIZED, "CKR_USER_PIN_NOT_INITIALIZED", StatusCode::kPermissionDenied},
};

// Labels and serial numbers are padded with blanks (section 3.2).
template <size_t N>
std::string Unpadded(const unsigned char (&field)[N]) {
  std::string text(reinterpret_cast<const char*>(field), N);
  while (!text.empty() && text.back() == ' ') text.pop_back();
  return text;
}

CK_ATTRIBUTE Attribute(CK_ATTRIBUTE_TYPE type, std::string& value) { return {type, value.data(), value.size()}; }

// RFC 8032 bytes from CKA_EC_POINT: a DER OCTET STRING around them (section 6.3.5), or bare as some tokens have it.
Result<PublicKey> PointToKey(std::string_view point) {
  if (point.size() == PublicKey::kSize + 2 && point[0] == 0x04 && point[1] == PublicKey::kSize) point.remove_prefix(2);
  return PublicKey::FromBytes(point);
}

Result<std::string> ReadPin(const Pkcs11Uri& uri, const Pkcs11Access& access) {
  if (uri.pin_path.empty()) {
    if (!access.pin) return InvalidArgument("no PIN: set LEDGERLINE_PKCS11_PIN, or name a file with pin-source");
    return *access.pin;
  }
  Result<std::string> pin = ReadPrivateFile(uri.pin_path, kPinBytesMax);
  if (!pin.ok()) return pin.status().WithContext("pin-source");
  while (!pin->empty() && (pin->back() == '\n' || pin->back() == '\r')) pin->pop_back();
  return pin;
}

}  // namespace

Pkcs11Access Pkcs11Access::FromEnvironment() {
  Pkcs11Access access;
  if (const char* module = std::getenv("LEDGERLINE_PKCS11_MODULE")) access.module_path = module;
  if (const char* pin = std::getenv("LEDGERLINE_PKCS11_PIN")) access.pin = pin;
  return access;
}

class Pkcs11Signer::Impl {
 public:
  ~Impl() {
    // What the process's other signers have open stays open; the module stays initialised for them.
    for (const CK_SESSION_HANDLE session : idle_) (void)functions_->C_CloseSession(session);
    if (home_) (void)functions_->C_CloseSession(*home_);
  }

  Status Open(const Pkcs11Uri& uri, const Pkcs11Access& access, const std::optional<PublicKey>& expected) {
    module_ = uri.module_path.empty() ? access.module_path : uri.module_path;
    token_ = uri.token.empty() ? "serial " + uri.serial : uri.token;
    key_name_ = uri.object.empty() ? "of the given id" : uri.object;
    RETURN_IF_ERROR(Load());
    RETURN_IF_ERROR(FindToken(uri));
    ASSIGN_OR_RETURN(const CK_SESSION_HANDLE session, TakeSession());
    home_ = session;
    RETURN_IF_ERROR(LogIn(session, uri, access));
    ASSIGN_OR_RETURN(key_, FindObject(session, uri, CKO_PRIVATE_KEY, "private key"));
    if (expected) {
      public_key_ = *expected;
      const Status probed = Sign(kProbe).status();
      if (probed.code() == StatusCode::kInternal) {
        return PermissionDenied(Where() + ": the key on the token is not the one whose public half is " +
                                expected->ToHex());
      }
      return probed;
    }
    ASSIGN_OR_RETURN(const CK_OBJECT_HANDLE point, FindObject(session, uri, CKO_PUBLIC_KEY, "public key"));
    ASSIGN_OR_RETURN(public_key_, ReadPublicKey(session, point));
    return Sign(kProbe).status();
  }

  PublicKey public_key() const { return public_key_; }

  Result<Signature> Sign(std::string_view message) const {
    ASSIGN_OR_RETURN(const CK_SESSION_HANDLE session, TakeSession());
    CK_MECHANISM mechanism{CKM_EDDSA, nullptr, 0};  // no parameters: pure Ed25519
    Signature signature;
    CK_ULONG size = Signature::kSize;
    const char* step = "C_SignInit";
    CK_RV result = functions_->C_SignInit(session, &mechanism, key_);
    if (result == CKR_OK) {
      step = "C_Sign";
      auto* bytes = reinterpret_cast<CK_BYTE*>(const_cast<char*>(message.data()));
      result = functions_->C_Sign(session, bytes, message.size(), signature.bytes.data(), &size);
    }
    if (result != CKR_OK) {
      (void)functions_->C_CloseSession(session);  // an operation may be half way
      return Error(step, result);
    }
    {
      const std::lock_guard lock(mutex_);
      idle_.push_back(session);
    }
    if (size != Signature::kSize || !Verify(public_key_, message, signature))
      return Internal(Where() + ": the token gave a signature that does not verify");
    return signature;
  }

 private:
  std::string Where() const {
    return "PKCS#11 module " + module_ + ", token \"" + token_ + "\", key \"" + key_name_ + "\"";
  }

  Status Error(const std::string& function, CK_RV value) const {
    for (const ReturnName& known : kReturnNames) {
      if (known.value == value) return Status(known.code, Where() + ": " + function + " says " + known.name);
    }
    char number[32];
    std::snprintf(number, sizeof number, "0x%lx", static_cast<unsigned long>(value));
    return Internal(Where() + ": " + function + " says CKR " + number);
  }

  Status Load() {
    if (module_.empty()) {
      module_ = "(none)";
      return InvalidArgument(Where() + ": no module: set LEDGERLINE_PKCS11_MODULE, or name one with module-path");
    }
    // Never closed: modules start threads and exit handlers of their own.
    void* library = ::dlopen(module_.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) return InvalidArgument(Where() + ": " + ::dlerror());
    const auto get_list = reinterpret_cast<CK_C_GetFunctionList>(::dlsym(library, "C_GetFunctionList"));
    if (get_list == nullptr) return InvalidArgument(Where() + ": the library has no C_GetFunctionList");
    CK_RV result = get_list(&functions_);
    if (result != CKR_OK || functions_ == nullptr) return Error("C_GetFunctionList", result);
    CK_C_INITIALIZE_ARGS arguments{};
    arguments.flags = CKF_OS_LOCKING_OK;
    result = functions_->C_Initialize(&arguments);
    if (result != CKR_OK && result != CKR_CRYPTOKI_ALREADY_INITIALIZED) return Error("C_Initialize", result);
    return Status::Ok();
  }

  Status FindToken(const Pkcs11Uri& uri) {
    CK_ULONG count = 0;
    CK_RV result = functions_->C_GetSlotList(CK_TRUE, nullptr, &count);
    std::vector<CK_SLOT_ID> slots(count);
    if (result == CKR_OK) result = functions_->C_GetSlotList(CK_TRUE, slots.data(), &count);
    if (result != CKR_OK) return Error("C_GetSlotList", result);
    slots.resize(count);
    size_t found = 0;
    for (const CK_SLOT_ID slot : slots) {
      CK_TOKEN_INFO info{};
      if (functions_->C_GetTokenInfo(slot, &info) != CKR_OK) continue;  // taken out meanwhile
      if ((!uri.token.empty() && Unpadded(info.label) != uri.token) ||
          (!uri.serial.empty() && Unpadded(info.serialNumber) != uri.serial)) {
        continue;
      }
      slot_ = slot;
      ++found;
    }
    if (found == 0) return NotFound(Where() + ": there is no such token in " + std::to_string(slots.size()) + " slots");
    if (found > 1)
      return InvalidArgument(Where() + ": " + std::to_string(found) + " tokens are called so: add serial=");
    return Status::Ok();
  }

  Status LogIn(CK_SESSION_HANDLE session, const Pkcs11Uri& uri, const Pkcs11Access& access) const {
    Result<std::string> pin = ReadPin(uri, access);
    if (!pin.ok()) return pin.status().WithContext(Where());
    const CK_RV result =
        functions_->C_Login(session, CKU_USER, reinterpret_cast<CK_UTF8CHAR*>(pin->data()), pin->size());
    WipeString(*pin);
    if (result != CKR_OK && result != CKR_USER_ALREADY_LOGGED_IN) return Error("C_Login", result);
    return Status::Ok();
  }

  Result<CK_OBJECT_HANDLE> FindObject(CK_SESSION_HANDLE session, const Pkcs11Uri& uri, CK_OBJECT_CLASS kind,
                                      const std::string& what) const {
    std::string label = uri.object, id = uri.id;
    CK_KEY_TYPE type = CKK_EC_EDWARDS;
    std::vector<CK_ATTRIBUTE> wanted{{CKA_CLASS, &kind, sizeof kind}, {CKA_KEY_TYPE, &type, sizeof type}};
    if (!label.empty()) wanted.push_back(Attribute(CKA_LABEL, label));
    if (!id.empty()) wanted.push_back(Attribute(CKA_ID, id));
    CK_RV result = functions_->C_FindObjectsInit(session, wanted.data(), wanted.size());
    if (result != CKR_OK) return Error("C_FindObjectsInit", result);
    CK_OBJECT_HANDLE found[2] = {};
    CK_ULONG count = 0;
    result = functions_->C_FindObjects(session, found, 2, &count);
    (void)functions_->C_FindObjectsFinal(session);
    if (result != CKR_OK) return Error("C_FindObjects", result);
    if (count == 0) return NotFound(Where() + ": the token has no such Ed25519 " + what);
    if (count > 1) return InvalidArgument(Where() + ": more than one " + what + " is called so: add id=");
    return found[0];
  }

  Result<PublicKey> ReadPublicKey(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object) const {
    std::string point(128, '\0');
    CK_ATTRIBUTE attribute = Attribute(CKA_EC_POINT, point);
    const CK_RV result = functions_->C_GetAttributeValue(session, object, &attribute, 1);
    if (result != CKR_OK) return Error("C_GetAttributeValue", result);
    point.resize(attribute.ulValueLen);
    const Result<PublicKey> key = PointToKey(point);
    if (!key.ok()) return key.status().WithContext(Where());
    return key;
  }

  Result<CK_SESSION_HANDLE> TakeSession() const {
    {
      const std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        const CK_SESSION_HANDLE session = idle_.back();
        idle_.pop_back();
        return session;
      }
    }
    CK_SESSION_HANDLE session = 0;
    const CK_RV result = functions_->C_OpenSession(slot_, CKF_SERIAL_SESSION, nullptr, nullptr, &session);
    if (result != CKR_OK) return Error("C_OpenSession", result);
    return session;
  }

  std::string module_;
  std::string token_;
  std::string key_name_;
  CK_FUNCTION_LIST* functions_ = nullptr;
  CK_SLOT_ID slot_ = 0;
  CK_OBJECT_HANDLE key_ = 0;
  PublicKey public_key_;
  std::optional<CK_SESSION_HANDLE> home_;  // never signs: closing the last session would log out (section 5.6.2)
  mutable std::mutex mutex_;
  mutable std::vector<CK_SESSION_HANDLE> idle_;  // guarded by mutex_
};

Pkcs11Signer::Pkcs11Signer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Pkcs11Signer::~Pkcs11Signer() = default;

Result<std::unique_ptr<Pkcs11Signer>> Pkcs11Signer::Open(const Pkcs11Uri& uri, const Pkcs11Access& access,
                                                         const std::optional<PublicKey>& expected) {
  auto impl = std::make_unique<Impl>();
  RETURN_IF_ERROR(impl->Open(uri, access, expected));
  return std::unique_ptr<Pkcs11Signer>(new Pkcs11Signer(std::move(impl)));
}

PublicKey Pkcs11Signer::public_key() const { return impl_->public_key(); }
Result<Signature> Pkcs11Signer::Sign(std::string_view message) const { return impl_->Sign(message); }

}  // namespace ledgerline::crypto
