// A token in software (SoftHSM 2) in a directory of its own, with Ed25519 keys that pkcs11-tool makes.
#ifndef LEDGERLINE_TESTS_CRYPTO_SOFT_TOKEN_H_
#define LEDGERLINE_TESTS_CRYPTO_SOFT_TOKEN_H_

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace ledgerline {

// Where Debian's softhsm2 puts its module; the tests need the packages softhsm2 and opensc.
inline constexpr char kSoftHsmModule[] = "/usr/lib/softhsm/libsofthsm2.so";

class SoftToken {
 public:
  static constexpr char kPin[] = "271828";

  // One a process: the module reads SOFTHSM2_CONF once.
  explicit SoftToken(std::string directory) : directory_(std::move(directory)) {
    std::filesystem::create_directories(directory_ + "/tokens");
    std::ofstream(directory_ + "/softhsm2.conf") << "directories.tokendir = " << directory_ << "/tokens\n"
                                                 << "objectstore.backend = file\nlog.level = ERROR\n";
    ::setenv("SOFTHSM2_CONF", (directory_ + "/softhsm2.conf").c_str(), 1);
    Run("softhsm2-util --init-token --free --label ledger --pin " + std::string(kPin) + " --so-pin 314159");
    std::ofstream(directory_ + "/pin") << kPin << "\n";
    ::chmod((directory_ + "/pin").c_str(), 0600);
    std::ofstream(directory_ + "/wrong_pin") << "000000\n";
    ::chmod((directory_ + "/wrong_pin").c_str(), 0600);
  }
  void MakeKey(const std::string& label, const std::string& id, const std::string& type = "EC:edwards25519") {
    Run("pkcs11-tool --module " + std::string(kSoftHsmModule) + " --login --pin " + kPin +
        " --token-label ledger --keypairgen --key-type " + type + " --label " + label + " --id " + id);
  }
  std::string Uri(const std::string& key, const std::string& pin_file = "pin") const {
    return "pkcs11:token=ledger;object=" + key + "?module-path=" + kSoftHsmModule + "&pin-source=file:" + directory_ +
           "/" + pin_file;
  }
  const std::string& directory() const { return directory_; }

 private:
  void Run(const std::string& command) {
    const std::string log = directory_ + "/log";
    if (std::system((command + " >'" + log + "' 2>&1").c_str()) == 0) return;
    std::ifstream in(log);
    ADD_FAILURE() << command << "\n" << std::string(std::istreambuf_iterator<char>(in), {});
  }
  std::string directory_;
};

}  // namespace ledgerline

#endif  // LEDGERLINE_TESTS_CRYPTO_SOFT_TOKEN_H_
