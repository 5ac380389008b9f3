// SHA-256 (FIPS 180-4) of many messages at once, for those who check millions of entries: sixteen side by side where
// the processor has AVX-512, otherwise one after the other over OpenSSL. The hashes are the same; a test compares the
// two over every length that ends a block, and a fuzzer over any.
#ifndef LEDGERLINE_CRYPTO_SHA256_LANES_H_
#define LEDGERLINE_CRYPTO_SHA256_LANES_H_

#include <span>
#include <string_view>

#include "schemas/hash.h"

namespace ledgerline::crypto {

// A message in two parts, so that nobody copies an entry to put one byte before it. Borrows both.
struct HashInput {
  std::string_view head;
  std::string_view body;
};

// hashes[i] = SHA-256(inputs[i].head || inputs[i].body); `hashes` has as many elements as `inputs` and lies over
// none of their bytes. Thread-safe.
void Sha256Each(std::span<const HashInput> inputs, std::span<Hash256> hashes);

// Whether Sha256Each works side by side on this processor.
bool HasSha256Lanes();

}  // namespace ledgerline::crypto

#endif  // LEDGERLINE_CRYPTO_SHA256_LANES_H_
