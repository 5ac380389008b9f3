// Witnesses and the operator's side of them, as processes: cosigned checkpoints, policies that are enforced, old and
// forked copies that may not sign, evidence, and a witness that is killed in the middle.
#include <csignal>
#include <map>

#include "tests/tools/command_line.h"

namespace ledgerline {
namespace {

using testing::HasSubstr;
using testing::Not;

class WitnessCommandTest : public CommandLineTest {
 protected:
  void TearDown() override {
    for (const auto& [name, pid] : pids_) ::kill(pid, SIGKILL);
    CommandLineTest::TearDown();
  }

  static std::string Trimmed(std::string text) {
    while (!text.empty() && text.back() == '\n') text.pop_back();
    return text;
  }

  // Makes the witness if it is not there, and runs it at the address that it had before.
  void Start(const std::string& name) {
    if (!std::filesystem::exists(directory_ + "/" + name))
      Fine("ledgerline witness init " + name + " --name witness.example/" + name);
    const std::string listen = urls_.count(name) ? urls_[name].substr(7) : "127.0.0.1:0";
    Fine("rm -f " + name + ".out; ledgerline witness serve " + name + " --log ledger/operator.vkey --listen " + listen +
         " >" + name + ".out 2>&1 & echo $! >" + name + ".pid");
    const std::string said = Fine("until grep -q 'listening on' " + name + ".out; do kill -0 $(cat " + name +
                                  ".pid) || exit 1; done; cat " + name + ".out");
    urls_[name] = Trimmed(said.substr(said.find("http://")));
    pids_[name] = std::stoi(Read(name + ".pid"));
  }
  void Stop(const std::string& name, int signal = SIGTERM) {
    ASSERT_EQ(::kill(pids_[name], signal), 0);
    // The lock is free when the process is gone.
    Fine("flock " + name + "/lock true");
    pids_.erase(name);
  }

  // One of two labels and the society.
  void WritePolicy(const std::string& more = "") {
    std::string policy = "log " + Trimmed(Fine("ledgerline key show ledger --vkey")) + "\n";
    for (const std::string name : {"label1", "label2", "society"})
      policy += "witness " + name + " " + Trimmed(Read(name + "/witness.vkey")) + " " + urls_[name] + "\n";
    Write("policy", policy + "group label any label1 label2\ngroup roles all label society\nquorum roles\n" + more);
  }
  void MakeWitnessedLedger(const std::string& more = "") {
    MakeLedger();
    for (const std::string name : {"label1", "label2", "society"}) Start(name);
    WritePolicy(more);
    Fine("ledgerline policy set ledger policy");
    Fine("ledgerline checkpoint ledger");
  }

  std::map<std::string, std::string> urls_;
  std::map<std::string, pid_t> pids_;
};

TEST_F(WitnessCommandTest, APolicyIsEnforcedByVerifyAndByTheOperatorsCommands) {
  MakeLedger();
  for (const std::string name : {"label1", "label2", "society"}) Start(name);
  WritePolicy();
  Fine("ledgerline receipt ledger 1 -o before.json");
  Fine("ledgerline receipt ledger 1 -o before.tlog --format tlog-proof");
  for (const std::string target : {"ledger", "before.json", "before.tlog"}) {
    const Ran ran = Shell("ledgerline verify " + target + " --policy policy");
    EXPECT_EQ(ran.exit_status, 1) << target;
    EXPECT_THAT(ran.out, HasSubstr("FAILED witnesses"));
    EXPECT_THAT(ran.out, HasSubstr("group label: 0 of the 1 that it needs; missing: label1, label2"));
  }
  Fine("ledgerline policy set ledger policy");
  EXPECT_THAT(Fine("ledgerline checkpoint ledger"), HasSubstr("cosigned by society"));
  Fine("ledgerline receipt ledger 1 -o after.json");
  Fine("ledgerline receipt ledger 1 -o after.tlog --format tlog-proof");
  for (const std::string target : {"ledger", "after.json", "after.tlog"})
    EXPECT_THAT(Fine("ledgerline verify " + target + " --policy policy"), HasSubstr("ok     witnesses: the quorum"));

  // One label of two is enough. Every command that signs asks.
  Stop("label1");
  Consent("demo-label");
  EXPECT_THAT(Fine("ledgerline verify ledger --policy policy"), HasSubstr("cosigned by label2"));
  // Without the society: recorded, and said.
  Stop("society");
  const Ran closed =
      Shell("ledgerline consent grant ledger --party demo-publisher --key keys/demo-publisher.key --use COVER");
  EXPECT_NE(closed.exit_status, 0);
  EXPECT_THAT(closed.err, HasSubstr("fails closed"));
  // A policy that fails open: it goes on, and what is missing is named.
  WritePolicy("on-missing-quorum fail-open\n");
  Fine("ledgerline policy set ledger policy");
  Consent("demo-publisher");
  const std::string open = Fine("ledgerline verify ledger --policy policy");
  EXPECT_THAT(open, HasSubstr("fail-open"));
  EXPECT_THAT(open, HasSubstr("missing: society"));
  EXPECT_EQ(Shell("ledgerline policy show policy --standard > standard && grep fail-open standard").exit_status, 1);
  EXPECT_EQ(Shell("ledgerline verify ledger --policy standard").exit_status, 1) << "fail-closed is the default";
  Start("society");
  Start("label1");
  Fine("ledgerline checkpoint ledger --policy standard");
  EXPECT_THAT(Fine("ledgerline verify ledger --policy standard"), HasSubstr("VERIFIED"));
}

TEST_F(WitnessCommandTest, OldAndForkedCopiesMayNotSign) {
  MakeWitnessedLedger();
  Fine("cp -r ledger old");
  Consent("demo-label");
  Fine("cp -r ledger other");
  const std::string size = Trimmed(Fine("sed -n 2p ledger/checkpoint"));
  // An old copy is behind, and is not written to.
  const Ran behind = Shell("cp -r old old2; ledgerline checkpoint old; echo $?; ledgerline log old | tail -1");
  EXPECT_THAT(behind.err, HasSubstr("BEHIND"));
  EXPECT_THAT(behind.err, HasSubstr("has seen a tree of size " + size + ", here it has size"));
  EXPECT_EQ(Shell("ledgerline checkpoint old").exit_status, 1);
  EXPECT_EQ(Shell("ledgerline consent grant old --party demo-publisher --key keys/demo-publisher.key --use COVER")
                .exit_status,
            1);
  EXPECT_EQ(Read("old/checkpoint"), Read("old2/checkpoint"));
  // A copy that went on without its witnesses differs, even when it is longer.
  Fine("rm other/policy old/policy");
  const std::string publisher = " --party demo-publisher --key keys/demo-publisher.key --use ";
  Fine("ledgerline consent grant old" + publisher + "COVER && ledgerline consent grant old" + publisher + "REMIX");
  const Ran differs = Shell("cp policy old/policy; ledgerline checkpoint old");
  EXPECT_EQ(differs.exit_status, 1);
  EXPECT_THAT(differs.err, HasSubstr("DIFFERS"));
  // The one that the witnesses know goes on.
  Consent("demo-publisher");
  EXPECT_THAT(Fine("ledgerline verify ledger --policy policy"), HasSubstr("VERIFIED"));
  // Put to a witness all the same, the fork becomes evidence that needs nothing but the log's key.
  EXPECT_NE(Shell("ledgerline checkpoint old").exit_status, 0);
  const std::string request = Fine(
      "size=$(sed -n 2p ledger/checkpoint); "
      "n=$(sed -n 2p old/checkpoint); test $n = $size; printf 'old %s\\n\\n' $size; cat old/checkpoint");
  Write("request", request);
  Fine("curl -s --data-binary @request " + urls_["society"] + "/add-checkpoint");
  EXPECT_THAT(Fine("ledgerline witness evidence society"), HasSubstr("ledgerline-fork-evidence/1"));
  EXPECT_THAT(Fine("ledgerline verify society/evidence/* --vkey ledger/operator.vkey"),
              HasSubstr("THE LOG SIGNED TWO HISTORIES"));
  EXPECT_THAT(Fine("ledgerline witness evidence label1"), HasSubstr("No evidence"));
}

TEST_F(WitnessCommandTest, AnAnchorElsewhereIsAsked) {
  MakeLedger();
  Write("policy", "quorum none\nanchor " + directory_ + "/elsewhere\n");
  Fine("ledgerline policy set ledger policy");
  EXPECT_EQ(Read("elsewhere"), Read("ledger/checkpoint"));
  Fine("cp -r ledger old");
  Consent("demo-label");
  EXPECT_EQ(Read("elsewhere"), Read("ledger/checkpoint"));
  EXPECT_THAT(Shell("ledgerline checkpoint old").err, HasSubstr("BEHIND: anchor"));
  Fine("rm old/policy");
  EXPECT_THAT(Shell("ledgerline checkpoint old --anchor elsewhere").err, HasSubstr("BEHIND: anchor"));
  Fine("mv elsewhere gone");
  EXPECT_THAT(Shell("ledgerline checkpoint ledger").err, HasSubstr("cannot be told whether this ledger is the newest"));
  Fine("mv gone elsewhere");
  Fine("ledgerline checkpoint ledger");
}

TEST_F(WitnessCommandTest, ALogAsFilesServedAndProved) {
  MakeLedger();
  Fine("cp ledger/checkpoint kept; ledgerline log export ledger out");
  const std::string from = Trimmed(Fine("sed -n 2p kept"));
  Consent("demo-label");
  EXPECT_THAT(Fine("ledgerline log export ledger out"), HasSubstr("were there already"));
  EXPECT_EQ(Read("out/checkpoint"), Read("ledger/checkpoint"));
  Fine("ledgerline log export ledger open --public");
  EXPECT_EQ(Fine("ls open open/tile"), "open:\ncheckpoint\ntile\n\nopen/tile:\n0\n");
  Fine("ledgerline log serve out >serve.out 2>&1 & echo $! >serve.pid");
  pids_["serve"] = std::stoi(Read("serve.pid"));
  const std::string said =
      Fine("until grep -q 'listening on' serve.out; do kill -0 $(cat serve.pid) || exit 1; done; cat serve.out");
  const std::string url = Trimmed(said.substr(said.find("http://")));
  EXPECT_EQ(Fine("curl -s " + url + "/checkpoint"), Read("out/checkpoint"));
  EXPECT_THAT(Fine("curl -s -I " + url + "/checkpoint"), HasSubstr("text/plain; charset=utf-8"));
  EXPECT_THAT(Fine("curl -s -I " + url + "/$(cd out && ls -d blob/* | head -1)"), HasSubstr("Cache-Control: private"));
  EXPECT_THAT(Fine("curl -s -I --path-as-is " + url + "/../ledger/checkpoint"), HasSubstr("404"));
  EXPECT_THAT(Fine("curl -s -I -X POST " + url + "/checkpoint"), HasSubstr("405"));
  Fine("ledgerline log prove ledger --from " + from + " > proof");
  EXPECT_THAT(Fine("ledgerline verify proof --checkpoint kept --vkey ledger/operator.vkey"), HasSubstr("VERIFIED"));
  Fine("sed 2s/^./A/ proof > bad; cmp -s bad proof && sed 2s/^./B/ proof > bad || true");
  EXPECT_EQ(Shell("ledgerline verify bad --checkpoint kept --vkey ledger/operator.vkey").exit_status, 1);
  EXPECT_EQ(Shell("ledgerline log prove ledger --from 0").exit_status, 3);
  EXPECT_EQ(Shell("ledgerline log").exit_status, 2);
  EXPECT_THAT(Fine("ledgerline log ledger"), HasSubstr("genesis"));
}

TEST_F(WitnessCommandTest, AWitnessThatIsKilledRemembers) {
  MakeLedger();
  Start("label1");
  Start("label2");
  Start("society");
  WritePolicy();
  Fine("ledgerline policy set ledger policy");
  // Killed while it is asked again and again; whatever it answered, it knows afterwards.
  for (int round = 0; round < 5; ++round) {
    const std::string use = round % 2 == 0 ? "COVER" : "REMIX";
    Write("kill.sh",
          "for i in 1 2 3; do ledgerline checkpoint ledger; done >/dev/null 2>&1 & kill -9 $(cat society.pid); wait");
    Shell("ledgerline consent grant ledger --party demo-label --key keys/demo-label.key --use " + use +
          " & sh kill.sh; wait");
    Fine("flock society/lock true");
    pids_.erase("society");
    Start("society");
    Fine("ledgerline checkpoint ledger");
    EXPECT_THAT(Fine("ledgerline verify ledger --policy policy --brief"), HasSubstr("VERIFIED"));
  }
  // Two processes on one directory: the second is refused.
  const Ran second = Shell("ledgerline witness serve society --log ledger/operator.vkey");
  EXPECT_EQ(second.exit_status, 3);
  EXPECT_THAT(second.err, HasSubstr("another process runs the witness"));
  Stop("society");
}

}  // namespace
}  // namespace ledgerline
