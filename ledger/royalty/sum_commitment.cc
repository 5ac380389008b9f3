#include "ledger/royalty/sum_commitment.h"

#include <map>

#include "crypto/hmac.h"
#include "crypto/memory_tree.h"
#include "crypto/sha256.h"
#include "ledger/royalty/commitment_text.h"
#include "schemas/amount.h"

namespace ledgerline::royalty {
namespace {

using Node = crypto::SumNode<1>;

Result<Node> LeafOf(std::string_view party, const Money& allocated, std::string_view salt) {
  Int128 magnitude = allocated.nanos();
  if (magnitude < 0) {
    ASSIGN_OR_RETURN(const Money negated, allocated.Negated());
    magnitude = negated.nanos();
  }
  return Node{{magnitude}, crypto::Sha256(CommitmentText("sum-leaf/v1").Sum(magnitude).Fixed(salt).Text(party).Take())};
}

std::string SaltFor(const CloseKeys& keys, std::string_view party, Currency currency) {
  return SaltOf(keys.sum_salt, currency.ToString() + std::string(party));
}

// The leaves of one tree, by HMAC(order key, party).
struct Tree {
  std::map<Hash256, std::pair<std::string, Node>> by_key;
  std::vector<Node> Leaves() const {
    std::vector<Node> leaves;
    for (const auto& [key, leaf] : by_key) leaves.push_back(leaf.second);
    return leaves;
  }
};
struct Trees {
  Tree credits, debits;
};

Result<std::map<Currency, Trees>> BuildTrees(const Statements& statements, const CloseKeys& keys) {
  std::map<Currency, Trees> trees;
  for (const Balance& balance : statements.balances) {
    const Currency currency = balance.closing.currency();
    Trees& both = trees[currency];
    ASSIGN_OR_RETURN(const Node leaf, LeafOf(balance.party, balance.allocated, SaltFor(keys, balance.party, currency)));
    (balance.allocated.IsNegative() ? both.debits : both.credits)
        .by_key.emplace(crypto::HmacSha256(keys.sum_order.view(), balance.party), std::pair(balance.party, leaf));
  }
  return trees;
}

Result<std::string> CommitmentLeaf(const v1::SumCommitment& sum) {
  ASSIGN_OR_RETURN(const Money credits, FromWire(sum.credits(), "credits"));
  ASSIGN_OR_RETURN(const Money debits, FromWire(sum.debits(), "debits"));
  ASSIGN_OR_RETURN(const Hash256 credits_root, Hash256::FromBytes(sum.credits_root()));
  ASSIGN_OR_RETURN(const Hash256 debits_root, Hash256::FromBytes(sum.debits_root()));
  ASSIGN_OR_RETURN(const Currency currency, Currency::Parse(sum.currency()));
  if (credits.currency() != currency || debits.currency() != currency)
    return InvalidArgument("sums in " + sum.currency() + ": an amount in another currency");
  return CommitmentText("sum-commitment/v1")
      .Fixed(sum.currency())
      .Sum(credits.nanos())
      .Fixed(credits_root.view())
      .Number(sum.credits_count())
      .Sum(debits.nanos())
      .Fixed(debits_root.view())
      .Number(sum.debits_count())
      .Take();
}

}  // namespace

Result<std::vector<v1::SumCommitment>> CommitSums(const Statements& statements, const CloseKeys& keys) {
  std::vector<v1::SumCommitment> sums;
  ASSIGN_OR_RETURN(const auto trees, BuildTrees(statements, keys));
  for (const auto& [currency, both] : trees) {
    v1::SumCommitment& sum = sums.emplace_back();
    sum.set_currency(currency.ToString());
    ASSIGN_OR_RETURN(const Node credits, crypto::SumRoot<1>(both.credits.Leaves()));
    ASSIGN_OR_RETURN(const Node debits, crypto::SumRoot<1>(both.debits.Leaves()));
    ASSIGN_OR_RETURN(*sum.mutable_credits(), ToWire(Money(credits.sums[0], currency)));
    sum.set_credits_root(credits.hash.ToBytes());
    sum.set_credits_count(both.credits.by_key.size());
    ASSIGN_OR_RETURN(*sum.mutable_debits(), ToWire(Money(debits.sums[0], currency)));
    sum.set_debits_root(debits.hash.ToBytes());
    sum.set_debits_count(both.debits.by_key.size());
  }
  return sums;
}

Result<Hash256> SumsRoot(const google::protobuf::RepeatedPtrField<v1::SumCommitment>& sums) {
  crypto::MemoryTree tree;
  for (const v1::SumCommitment& sum : sums) {
    ASSIGN_OR_RETURN(const std::string leaf, CommitmentLeaf(sum));
    tree.Append(leaf);
  }
  return tree.Root();
}

Result<SumOpening> OpenSum(const Statements& statements, const CloseKeys& keys, std::string_view party,
                           Currency currency) {
  ASSIGN_OR_RETURN(auto trees, BuildTrees(statements, keys));
  SumOpening opening;
  opening.currency = currency;
  opening.salt = SaltFor(keys, party, currency);
  for (const bool in_debits : {false, true}) {
    const Tree& tree = in_debits ? trees[currency].debits : trees[currency].credits;
    uint64_t position = 0;
    for (const auto& [key, leaf] : tree.by_key) {
      if (leaf.first != party) {
        ++position;
        continue;
      }
      opening.in_debits = in_debits;
      opening.position = position;
      ASSIGN_OR_RETURN(opening.proof, crypto::ProveSum<1>(tree.Leaves(), position));
      return opening;
    }
  }
  return NotFound("sums in " + currency.ToString() + ": no leaf of " + std::string(party));
}

Status CheckSum(const v1::SumCommitment& commitment, std::string_view party, const Money& allocated,
                const SumOpening& opening) {
  if (commitment.currency() != allocated.currency().ToString() || opening.currency != allocated.currency())
    return InvalidArgument("the sum's currency is not " + allocated.currency().ToString());
  if (opening.salt.size() != kSaltBytes) return InvalidArgument("the sum's salt is not 16 bytes");
  if (opening.in_debits != allocated.IsNegative())
    return InvalidArgument("the sum stands in the tree of the other sign");
  ASSIGN_OR_RETURN(const Money total, FromWire(opening.in_debits ? commitment.debits() : commitment.credits(), "sum"));
  ASSIGN_OR_RETURN(const Node leaf, LeafOf(party, allocated, opening.salt));
  ASSIGN_OR_RETURN(const Node root,
                   crypto::RootFromSumProof<1>(
                       leaf, opening.position,
                       opening.in_debits ? commitment.debits_count() : commitment.credits_count(), opening.proof));
  const std::string& hash = opening.in_debits ? commitment.debits_root() : commitment.credits_root();
  if (root.hash.view() != hash || root.sums[0] != total.nanos()) {
    return DataLoss(std::string(party) + "'s " + allocated.ToString() +
                    " leads to another root than the close's sum tree");
  }
  return Status::Ok();
}

}  // namespace ledgerline::royalty
