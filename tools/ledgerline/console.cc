#include "tools/ledgerline/console.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <nlohmann/json.hpp>

namespace ledgerline::tool {
namespace {

// Characters, not bytes, of UTF-8 text: titles have accents.
size_t Width(std::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

int64_t NowMs() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

void PrintLine(std::FILE* out, std::string_view line) {
  std::fwrite(line.data(), 1, line.size(), out);
  if (line.empty() || line.back() != '\n') std::fputc('\n', out);
}

}  // namespace

ExitCode ExitCodeOf(const Status& status) {
  switch (status.code()) {
    case StatusCode::kOk:
      return kExitFine;
    case StatusCode::kFailedPrecondition:
    case StatusCode::kPermissionDenied:
    case StatusCode::kDataLoss:
      return kExitCheckFailed;
    default:
      return kExitInputError;
  }
}

Console::Console(bool json) : json_(json), terminal_(isatty(STDERR_FILENO) == 1) {}

void Console::Say(std::string_view line) {
  if (json_) return;
  EndProgress();
  PrintLine(stdout, line);
  std::fflush(stdout);  // a pipe must not keep from anybody what long work has already done
}

void Console::PrintJson(const nlohmann::ordered_json& document, int indent) {
  if (!json_) return;
  EndProgress();
  PrintLine(stdout, document.dump(indent, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
}

void Console::Warn(std::string_view line) {
  EndProgress();
  PrintLine(stderr, "warning: " + std::string(line));
}

void Console::Error(const Status& status) {
  EndProgress();
  std::fflush(stdout);
  PrintLine(stderr, "ledgerline: " + status.message());
}

void Console::Progress(std::string_view what, uint64_t done, uint64_t total) {
  if (!terminal_) return;
  const int64_t now = NowMs();
  if (bar_shown_ && now - last_drawn_ms_ < 80 && done != total) return;
  last_drawn_ms_ = now;
  bar_shown_ = true;
  std::string line = "\r\033[K" + std::string(what) + " ";
  if (total == 0) {
    line += std::to_string(done);
  } else {
    constexpr uint64_t kCells = 30;
    const uint64_t full = std::min(done, total) * kCells / total;
    line += "[" + std::string(full, '#') + std::string(kCells - full, '.') + "] " + std::to_string(done) + "/" +
            std::to_string(total);
  }
  std::fwrite(line.data(), 1, line.size(), stderr);
  std::fflush(stderr);
}

void Console::EndProgress() {
  if (!bar_shown_) return;
  std::fputs("\r\033[K", stderr);
  std::fflush(stderr);
  bar_shown_ = false;
}

Status Console::Finish() {
  EndProgress();
  errno = 0;
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return Status::Ok();
  return ResourceExhausted(std::string("standard output took not all of the answer: ") +
                           std::strerror(errno != 0 ? errno : ENOSPC) +
                           "; what the command does to the ledger is done (`ledgerline log` shows it)");
}

std::string Counted(uint64_t count, const std::string& one, const std::string& many) {
  std::string digits = std::to_string(count);
  for (size_t at = digits.size(); at > 3;) digits.insert(at -= 3, ",");
  return digits + " " + (count == 1 ? one : many);
}

std::string FormatTable(const std::vector<std::vector<std::string>>& rows, const std::vector<size_t>& right) {
  std::vector<size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], Width(row[i]));
  }
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      const std::string pad(widths[i] - Width(row[i]), ' ');
      const bool to_the_right = std::find(right.begin(), right.end(), i) != right.end();
      if (i > 0) line += "  ";
      line += to_the_right ? pad + row[i] : row[i] + pad;
    }
    while (!line.empty() && line.back() == ' ') line.pop_back();
    text += line + "\n";
  }
  return text;
}

}  // namespace ledgerline::tool
