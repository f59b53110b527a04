// A filter of system calls (seccomp): no other process, no other program, no network, no looking into other processes
// or signalling them, and none of what changes the machine. A refused call fails with EPERM, as it would for lack of
// rights; nothing is killed, so a library that tries and goes on without does so. Threads are not processes: they are
// let be, within the limit of memory. Unlike RLIMIT_NPROC this binds root.
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/host/isolation/confine.h"

namespace solder::host::isolation {

namespace {

#if defined(__x86_64__)
constexpr uint32_t kArchitecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr uint32_t kArchitecture = AUDIT_ARCH_AARCH64;
#else
constexpr uint32_t kArchitecture = 0;
#endif

constexpr uint32_t kNumberAt = offsetof(seccomp_data, nr);
constexpr uint32_t kArchitectureAt = offsetof(seccomp_data, arch);
constexpr uint32_t argument_at(size_t index) {
  return static_cast<uint32_t>(offsetof(seccomp_data, args) + index * sizeof(uint64_t));
}
constexpr uint32_t kX32 = 0x40000000;  // the other calling convention of x86-64, with numbers of its own

// cachestat: the calls of newer kernels have the same numbers on all machines, and begin with one that changes modes.
constexpr uint32_t kNewestKnown = 451;

// Always refused.
const std::vector<long>& refused() {
  static const std::vector<long> kRefused {
#if defined(__x86_64__)
    SYS_fork, SYS_vfork, SYS_iopl, SYS_ioperm, SYS_modify_ldt, SYS_mknod, SYS_uselib, SYS_ustat, SYS_create_module,
        SYS_link, SYS_symlink, SYS_rename, SYS_unlink, SYS_rmdir, SYS_mkdir, SYS_chmod, SYS_chown, SYS_lchown,
        SYS_utime, SYS_utimes, SYS_futimesat, SYS_creat,
#endif
        // other processes and programs
        SYS_ptrace, SYS_process_vm_readv, SYS_process_vm_writev, SYS_kcmp, SYS_pidfd_open, SYS_pidfd_getfd,
        SYS_pidfd_send_signal, SYS_process_madvise, SYS_rt_sigqueueinfo, SYS_rt_tgsigqueueinfo, SYS_tkill, SYS_setpgid,
        SYS_setsid, SYS_setpriority, SYS_sched_setaffinity, SYS_sched_setscheduler, SYS_sched_setparam,
        SYS_sched_setattr, SYS_ioprio_set, SYS_move_pages, SYS_migrate_pages,
        // its own limits and identity
        SYS_setrlimit, SYS_setuid, SYS_setgid, SYS_setreuid, SYS_setregid, SYS_setresuid, SYS_setresgid, SYS_setgroups,
        SYS_setfsuid, SYS_setfsgid, SYS_capset, SYS_personality, SYS_unshare, SYS_setns,
        // the network
        SYS_socket, SYS_bind, SYS_connect, SYS_listen, SYS_accept, SYS_accept4,
        // files: what is there stays as it is
        SYS_linkat, SYS_symlinkat, SYS_renameat, SYS_renameat2, SYS_unlinkat, SYS_mkdirat, SYS_mknodat, SYS_fchmod,
        SYS_fchmodat, SYS_fchown, SYS_fchownat, SYS_truncate, SYS_ftruncate, SYS_utimensat, SYS_setxattr, SYS_lsetxattr,
        SYS_fsetxattr, SYS_removexattr, SYS_lremovexattr, SYS_fremovexattr, SYS_open_by_handle_at,
        SYS_name_to_handle_at, SYS_memfd_create,
        // the machine
        SYS_mount, SYS_umount2, SYS_pivot_root, SYS_chroot, SYS_swapon, SYS_swapoff, SYS_reboot, SYS_kexec_load,
        SYS_kexec_file_load, SYS_init_module, SYS_finit_module, SYS_delete_module, SYS_acct, SYS_settimeofday,
        SYS_clock_settime, SYS_adjtimex, SYS_clock_adjtime, SYS_sethostname, SYS_setdomainname, SYS_syslog,
        SYS_quotactl, SYS_vhangup, SYS_bpf, SYS_perf_event_open, SYS_userfaultfd, SYS_io_uring_setup,
        SYS_io_uring_enter, SYS_io_uring_register, SYS_add_key, SYS_request_key, SYS_keyctl, SYS_fanotify_init,
        SYS_open_tree, SYS_move_mount, SYS_fsopen, SYS_fsconfig, SYS_fsmount, SYS_fspick, SYS_lookup_dcookie,
        SYS_nfsservctl, SYS_shmget, SYS_msgget, SYS_semget, SYS_mq_open,
  };
  return kRefused;
}

class FilterProgram {
 public:
  FilterProgram() {
    load(kArchitectureAt);
    unless_equal(kArchitecture, SECCOMP_RET_KILL_PROCESS);
    load(kNumberAt);
#if defined(__x86_64__)
    add(BPF_JMP | BPF_JGE | BPF_K, kX32, 0, 1);
    answer(kRefuse);
#endif
  }

  void refuse(long call) {
    add(BPF_JMP | BPF_JEQ | BPF_K, static_cast<uint32_t>(call), 0, 1);
    answer(kRefuse);
  }
  // As if the kernel knew it not, so that an older one is tried.
  void unknown(long call) {
    add(BPF_JMP | BPF_JEQ | BPF_K, static_cast<uint32_t>(call), 0, 1);
    answer(SECCOMP_RET_ERRNO | ENOSYS);
  }
  // As if the kernel knew nothing newer than `last`: nobody has looked at what that would be.
  void unknown_above(uint32_t last) {
    add(BPF_JMP | BPF_JGT | BPF_K, last, 0, 1);
    answer(SECCOMP_RET_ERRNO | ENOSYS);
  }
  // Refused where argument `index` is `value`.
  void refuse_value(long call, size_t index, uint32_t value) {
    add(BPF_JMP | BPF_JEQ | BPF_K, static_cast<uint32_t>(call), 0, 4);
    load(argument_at(index));
    add(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1);
    answer(kRefuse);
    answer(SECCOMP_RET_ALLOW);
  }
  // Refused where argument `index` has one of `bits`.
  void refuse_bits(long call, size_t index, uint32_t bits) {
    add(BPF_JMP | BPF_JEQ | BPF_K, static_cast<uint32_t>(call), 0, 5);
    load(argument_at(index));
    add(BPF_ALU | BPF_AND | BPF_K, bits, 0, 0);
    add(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0);
    answer(kRefuse);
    answer(SECCOMP_RET_ALLOW);
  }
  // Allowed where argument `index` has all of `bits`.
  void needs_bits(long call, size_t index, uint32_t bits) {
    add(BPF_JMP | BPF_JEQ | BPF_K, static_cast<uint32_t>(call), 0, 5);
    load(argument_at(index));
    add(BPF_ALU | BPF_AND | BPF_K, bits, 0, 0);
    add(BPF_JMP | BPF_JEQ | BPF_K, bits, 1, 0);
    answer(kRefuse);
    answer(SECCOMP_RET_ALLOW);
  }
  // Allowed where argument `index` is `value`.
  void needs_value(long call, size_t index, uint32_t value) {
    add(BPF_JMP | BPF_JEQ | BPF_K, static_cast<uint32_t>(call), 0, 4);
    load(argument_at(index));
    add(BPF_JMP | BPF_JEQ | BPF_K, value, 1, 0);
    answer(kRefuse);
    answer(SECCOMP_RET_ALLOW);
  }
  // Allowed where the pointer at argument `index` is null.
  void needs_null(long call, size_t index) {
    add(BPF_JMP | BPF_JEQ | BPF_K, static_cast<uint32_t>(call), 0, 6);
    load(argument_at(index));
    add(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 2);
    load(argument_at(index) + 4);
    add(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0);
    answer(kRefuse);
    answer(SECCOMP_RET_ALLOW);
  }

  bool install() {
    answer(SECCOMP_RET_ALLOW);
    const sock_fprog program{static_cast<unsigned short>(code_.size()), code_.data()};
    return ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program) == 0;
  }

 private:
  static constexpr uint32_t kRefuse = SECCOMP_RET_ERRNO | EPERM;

  void add(unsigned code, uint32_t value, uint8_t yes, uint8_t no) {
    code_.push_back({static_cast<uint16_t>(code), yes, no, value});
  }
  void load(uint32_t at) { add(BPF_LD | BPF_W | BPF_ABS, at, 0, 0); }
  void answer(uint32_t what) { add(BPF_RET | BPF_K, what, 0, 0); }
  void unless_equal(uint32_t value, uint32_t what) {
    add(BPF_JMP | BPF_JEQ | BPF_K, value, 1, 0);
    answer(what);
  }

  std::vector<sock_filter> code_;
};

}  // namespace

bool refuse_system_calls(bool runs_program) {
  if (kArchitecture == 0) return false;
  FilterProgram program;
  program.unknown_above(kNewestKnown);
  for (const long call : refused()) program.refuse(call);
  if (runs_program) {
    // The one program that the path rules let it run is itself. Its memory is limited by what it can write for itself
    // alone (RLIMIT_DATA), so that is all it gets.
    program.refuse_bits(SYS_mmap, 3, (MAP_SHARED & ~MAP_PRIVATE) | MAP_GROWSDOWN);
  } else {
    program.refuse(SYS_execve);
    program.refuse(SYS_execveat);
  }
  // A thread shares what a process has for itself. clone3 has its flags where a filter cannot look.
  program.needs_bits(SYS_clone, 0, CLONE_THREAD | CLONE_VM);
  program.unknown(SYS_clone3);
  // Itself it may end; raise() and abort() do so.
  const auto self = static_cast<uint32_t>(::getpid());
  program.needs_value(SYS_kill, 0, self);
  program.needs_value(SYS_tgkill, 0, self);
  // It ends with Solder, and cannot choose otherwise.
  program.refuse_value(SYS_prctl, 0, PR_SET_PDEATHSIG);
  // Looking at limits is no harm.
  program.needs_null(SYS_prlimit64, 2);
  return program.install();
}

}  // namespace solder::host::isolation
