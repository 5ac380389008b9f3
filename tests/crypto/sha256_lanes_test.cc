// Many hashes at once are the hashes one by one, whatever the lengths, the parts and the number of messages.
#include "crypto/sha256_lanes.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "crypto/merkle.h"
#include "crypto/sha256.h"

namespace ledgerline::crypto {
namespace {

std::string RandomText(size_t size, std::mt19937_64& random) {
  std::string text(size, '\0');
  for (char& c : text) c = static_cast<char>(random());
  return text;
}

void Compare(const std::vector<std::string>& messages, const std::vector<size_t>& heads) {
  std::vector<HashInput> inputs;
  for (size_t i = 0; i < messages.size(); ++i) {
    const std::string_view message = messages[i];
    inputs.push_back({message.substr(0, heads[i]), message.substr(heads[i])});
  }
  std::vector<Hash256> hashes(messages.size());
  Sha256Each(inputs, hashes);
  for (size_t i = 0; i < messages.size(); ++i) {
    ASSERT_EQ(hashes[i], Sha256(messages[i]))
        << messages[i].size() << " bytes, head of " << heads[i] << ", message " << i << " of " << messages.size();
  }
}

// FIPS 180-4's examples, as NIST's "SHA256.pdf" has them, and nothing.
TEST(Sha256LanesTest, KnownHashes) {
  const std::vector<std::pair<std::string, std::string>> known = {
      {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
      {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
      {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
       "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"}};
  std::vector<HashInput> inputs;
  for (int i = 0; i < 7; ++i) {
    for (const auto& [text, hex] : known) inputs.push_back({"", text});
  }
  std::vector<Hash256> hashes(inputs.size());
  Sha256Each(inputs, hashes);
  for (size_t i = 0; i < inputs.size(); ++i) EXPECT_EQ(hashes[i].ToHex(), known[i % known.size()].second);
}

TEST(Sha256LanesTest, EveryLengthAroundBlocks) {
  std::mt19937_64 random(3);
  for (size_t size = 0; size < 300; ++size) {
    for (const size_t head : {size_t{0}, size_t{1}, size_t{32}, size_t{63}, size_t{64}, size_t{65}, size}) {
      std::vector<std::string> messages;
      for (int i = 0; i < 17; ++i) messages.push_back(RandomText(size, random));
      Compare(messages, std::vector<size_t>(messages.size(), std::min(head, size)));
    }
  }
}

TEST(Sha256LanesTest, AnyNumberOfMessagesOfAnyLengths) {
  std::mt19937_64 random(4);
  for (int round = 0; round < 300; ++round) {
    std::vector<std::string> messages;
    std::vector<size_t> heads;
    for (uint64_t count = random() % 80; count > 0; --count) {
      const size_t size = random() % 20 == 0 ? random() % 66'000 : random() % 700;
      messages.push_back(RandomText(size, random));
      heads.push_back(random() % (std::min<size_t>(size, 200) + 1));
    }
    Compare(messages, heads);
  }
}

TEST(Sha256LanesTest, TheRootIsTheFrontiers) {
  std::mt19937_64 random(5);
  std::vector<Hash256> leaves;
  Frontier frontier;
  EXPECT_EQ(RootOf(leaves), frontier.Root());
  for (size_t size = 1; size <= 1030; ++size) {
    leaves.push_back(Sha256(std::to_string(size)));
    frontier.Append(leaves.back());
    if (size < 70 || size % 97 == 0 || size > 1020) {
      ASSERT_EQ(RootOf(leaves), frontier.Root()) << size;
    }
  }
}

TEST(Sha256LanesTest, ASubtreeAppendedAtOnceIsItsLeaves) {
  const auto visits_of = [](const auto& append) {
    std::vector<std::pair<NodeId, Hash256>> visits;
    append([&](NodeId node, const Hash256& hash) {
      if (node.level >= 3) visits.emplace_back(node, hash);
    });
    return visits;
  };
  Frontier one_by_one, at_once;
  for (uint64_t group = 0; group < 9; ++group) {
    std::vector<Hash256> leaves;
    for (uint64_t i = 0; i < 8; ++i) leaves.push_back(Sha256(std::to_string(8 * group + i)));
    const auto expected = visits_of([&](const auto& visit) {
      for (const Hash256& leaf : leaves) one_by_one.Append(leaf, visit);
    });
    const auto found = visits_of([&](const auto& visit) { at_once.AppendSubtree(3, RootOf(leaves), visit); });
    EXPECT_EQ(found, expected);
    EXPECT_EQ(at_once.size(), one_by_one.size());
    EXPECT_EQ(at_once.Root(), one_by_one.Root());
  }
}

}  // namespace
}  // namespace ledgerline::crypto
