#include "tools/bench/journal/postgres_server.h"

#include <fcntl.h>
#include <grp.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <thread>
#include <vector>

namespace ledgerline::bench {
namespace {

constexpr auto kStartMax = std::chrono::seconds(60);

struct User {
  uid_t uid = 0;
  gid_t gid = 0;
};

User ServerUser() {
  if (geteuid() != 0) return {geteuid(), getegid()};
  for (const char* name : {"postgres", "nobody"}) {
    if (const passwd* entry = getpwnam(name); entry != nullptr) return {entry->pw_uid, entry->pw_gid};
  }
  return {65534, 65534};
}

// Starts `arguments` as `user`, its output in `log`. Only calls that are safe after fork come before exec.
pid_t Spawn(const std::vector<std::string>& arguments, const User& user, const std::string& log,
            const std::string& directory) {
  std::vector<char*> argv;
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid != 0) return pid;
  const int out = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  if (out < 0 || dup2(out, STDOUT_FILENO) < 0 || dup2(out, STDERR_FILENO) < 0) _exit(126);
  if (geteuid() == 0 && (setgroups(0, nullptr) != 0 || setgid(user.gid) != 0 || setuid(user.uid) != 0)) _exit(126);
  // A fast shutdown if the parent goes; set after the change of user, which clears it.
  if (prctl(PR_SET_PDEATHSIG, SIGINT) != 0 || getppid() != parent || chdir(directory.c_str()) != 0) _exit(126);
  execv(argv[0], argv.data());
  _exit(127);
}

}  // namespace

Result<std::unique_ptr<PostgresServer>> PostgresServer::Start(const std::string& bin, const std::string& directory) {
  std::unique_ptr<PostgresServer> server(new PostgresServer());
  RETURN_IF_ERROR(server->Run(bin, directory));
  return server;
}

Status PostgresServer::Run(const std::string& bin, const std::string& directory) {
  for (const char* program : {"/initdb", "/postgres"}) {
    if (access((bin + program).c_str(), X_OK) != 0) {
      return Unavailable("there is no " + bin + program + " (package postgresql)");
    }
  }
  const User user = ServerUser();
  char socket_directory[] = "/tmp/bench_postgres.XXXXXX";  // a socket's path has at most 107 bytes
  if (mkdtemp(socket_directory) == nullptr) return Unavailable("cannot make a directory for the socket in /tmp");
  socket_directory_ = socket_directory;
  const std::string home = std::filesystem::absolute(directory);
  std::filesystem::create_directories(home);
  if (chown(home.c_str(), user.uid, user.gid) != 0 || chown(socket_directory, user.uid, user.gid) != 0) {
    return Unavailable("cannot give " + home + " to the server's user");
  }
  const std::string log = home + "/log", data = home + "/data";
  const pid_t made =
      Spawn({bin + "/initdb", "-D", data, "-A", "trust", "-U", "bench", "-E", "UTF8", "--locale=C"}, user, log, home);
  int code = 0;
  if (made < 0 || waitpid(made, &code, 0) != made || code != 0) {
    return Unavailable("initdb failed, see " + log + "; its user must be able to enter " + home);
  }
  pid_ = Spawn({bin + "/postgres", "-D", data, "-k", socket_directory_, "-c", "listen_addresses=", "-c", "fsync=on",
                "-c", "synchronous_commit=on", "-c", "shared_buffers=512MB", "-c", "max_wal_size=8GB"},
               user, log, home);
  if (pid_ < 0) return Unavailable("cannot start " + bin + "/postgres");
  const auto end = std::chrono::steady_clock::now() + kStartMax;
  while (PQping(connection().c_str()) != PQPING_OK) {
    if (waitpid(pid_, &code, WNOHANG) == pid_) {
      pid_ = -1;
      return Unavailable("postgres ended, see " + log);
    }
    if (std::chrono::steady_clock::now() > end) return Unavailable("postgres does not answer, see " + log);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));  // libpq offers no way to be told
  }
  return Status::Ok();
}

PostgresServer::~PostgresServer() {
  if (pid_ > 0) {
    kill(pid_, SIGINT);
    waitpid(pid_, nullptr, 0);
  }
  std::error_code ignored;
  if (!socket_directory_.empty()) std::filesystem::remove_all(socket_directory_, ignored);
}

}  // namespace ledgerline::bench
