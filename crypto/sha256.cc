#include "crypto/sha256.h"

#include <openssl/evp.h>

#include <cstdio>
#include <cstdlib>

namespace ledgerline::crypto {
namespace {

[[noreturn]] void Die(const char* what) {
  std::fprintf(stderr, "OpenSSL cannot compute SHA-256 (%s)\n", what);
  std::abort();
}

// Fetched once: an implicit fetch for every hash would cost more than the hash of a short leaf.
const EVP_MD* Algorithm() {
  static const EVP_MD* const kAlgorithm = [] {
    const EVP_MD* fetched = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    if (fetched == nullptr) Die("fetch");
    return fetched;
  }();
  return kAlgorithm;
}

struct DigestDeleter {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using DigestPointer = std::unique_ptr<EVP_MD_CTX, DigestDeleter>;

DigestPointer NewContext() {
  DigestPointer context(EVP_MD_CTX_new());
  if (context == nullptr) Die("out of memory");
  return context;
}

void Start(EVP_MD_CTX* context) {
  if (EVP_DigestInit_ex2(context, Algorithm(), nullptr) != 1) Die("init");
}

Hash256 End(EVP_MD_CTX* context) {
  Hash256 hash;
  unsigned int size = 0;
  if (EVP_DigestFinal_ex(context, hash.bytes.data(), &size) != 1 || size != Hash256::kSize) Die("final");
  return hash;
}

}  // namespace

Hash256 Sha256(std::string_view bytes) {
  thread_local const DigestPointer context = NewContext();
  Start(context.get());
  if (EVP_DigestUpdate(context.get(), bytes.data(), bytes.size()) != 1) Die("update");
  return End(context.get());
}

struct Sha256Hasher::Context {
  DigestPointer evp = NewContext();
};

Sha256Hasher::Sha256Hasher() : context_(std::make_unique<Context>()) { Start(context_->evp.get()); }
Sha256Hasher::~Sha256Hasher() = default;
Sha256Hasher::Sha256Hasher(Sha256Hasher&&) noexcept = default;
Sha256Hasher& Sha256Hasher::operator=(Sha256Hasher&&) noexcept = default;

Sha256Hasher& Sha256Hasher::Update(std::string_view bytes) {
  if (EVP_DigestUpdate(context_->evp.get(), bytes.data(), bytes.size()) != 1) Die("update");
  return *this;
}

Hash256 Sha256Hasher::Finish() {
  const Hash256 hash = End(context_->evp.get());
  Start(context_->evp.get());
  return hash;
}

}  // namespace ledgerline::crypto
