#include "tools/bench/journal/hardware_limits.h"

#include <openssl/evp.h>

#include <array>
#include <atomic>
#include <barrier>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tools/bench/journal/failure.h"
#include "tools/bench/journal/stopwatch.h"

namespace ledgerline::bench {
namespace {

constexpr double kSecondsEach = 0.7;

struct Deleter {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  void operator()(EVP_MD* algorithm) const { EVP_MD_free(algorithm); }
};
using Context = std::unique_ptr<EVP_MD_CTX, Deleter>;
using Key = std::unique_ptr<EVP_PKEY, Deleter>;

void Require(bool done, const char* what) {
  if (!done) Die(Internal(std::string("OpenSSL: ") + what));
}

const uint8_t* Bytes(const std::string& text) { return reinterpret_cast<const uint8_t*>(text.data()); }

// `work` is made once on each thread and returns a function that does it `n` times.
double RateOf(size_t threads, int at_a_time, const std::function<std::function<void(int n)>()>& work) {
  std::barrier start(static_cast<ptrdiff_t>(threads));
  std::atomic<double> rate{0};
  std::vector<std::thread> running;
  for (size_t t = 0; t < threads; ++t) {
    running.emplace_back([&] {
      const std::function<void(int)> mine = work();
      mine(at_a_time);
      start.arrive_and_wait();
      const Stopwatch watch;
      double done = 0;
      while (watch.Seconds() < kSecondsEach) {
        mine(at_a_time);
        done += at_a_time;
      }
      rate += done / watch.Seconds();
    });
  }
  for (std::thread& thread : running) thread.join();
  return rate;
}

}  // namespace

double Ed25519VerifyRate(size_t threads, size_t message_bytes) {
  const std::string seed(32, 'b');
  const std::string message(message_bytes, 'm');
  return RateOf(threads, 16, [&]() -> std::function<void(int)> {
    const Key pair(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, Bytes(seed), seed.size()));
    Require(pair != nullptr, "no Ed25519 key");
    std::array<uint8_t, 32> raw{};
    std::array<uint8_t, 64> signature{};
    size_t raw_size = raw.size(), signature_size = signature.size();
    Require(EVP_PKEY_get_raw_public_key(pair.get(), raw.data(), &raw_size) == 1, "no public key");
    const Context signing(EVP_MD_CTX_new());
    Require(EVP_DigestSignInit(signing.get(), nullptr, nullptr, nullptr, pair.get()) == 1 &&
                EVP_DigestSign(signing.get(), signature.data(), &signature_size, Bytes(message), message.size()) == 1,
            "cannot sign");
    const std::shared_ptr<EVP_PKEY> key(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, raw.data(), raw_size),
                                        Deleter());
    const std::shared_ptr<EVP_MD_CTX> context(EVP_MD_CTX_new(), Deleter());
    return [key, context, signature, &message](int n) {
      for (int i = 0; i < n; ++i) {
        Require(EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
                    EVP_DigestVerify(context.get(), signature.data(), signature.size(), Bytes(message),
                                     message.size()) == 1,
                "a true signature was refused");
        EVP_MD_CTX_reset(context.get());
      }
    };
  });
}

double Sha256Rate(size_t threads, size_t input_bytes) {
  const std::unique_ptr<EVP_MD, Deleter> algorithm(EVP_MD_fetch(nullptr, "SHA256", nullptr));
  Require(algorithm != nullptr, "no SHA-256");
  const std::string input(input_bytes, 'm');
  return RateOf(threads, 256, [&]() -> std::function<void(int)> {
    const std::shared_ptr<EVP_MD_CTX> context(EVP_MD_CTX_new(), Deleter());
    return [context, &algorithm, &input](int n) {
      std::array<uint8_t, 32> hash{};
      for (int i = 0; i < n; ++i) {
        Require(EVP_DigestInit_ex2(context.get(), algorithm.get(), nullptr) == 1 &&
                    EVP_DigestUpdate(context.get(), input.data(), input.size()) == 1 &&
                    EVP_DigestFinal_ex(context.get(), hash.data(), nullptr) == 1,
                "cannot hash");
      }
    };
  });
}

}  // namespace ledgerline::bench
