#!/usr/bin/env python3
"""box.py ROOT INSPECTED [--emulator FILE] [-e NAME=VALUE]... [--] [COMMAND...]: runs an image's program as its configuration says.

ROOT is the image's mounted root file system, INSPECTED what `buildah inspect --type image` prints. The program gets
the image's user, directory and environment, its root read-only, no capability and no way to gain one; the
network is this machine's. COMMAND replaces the entry point. An emulator (qemu-aarch64-static) is seen in the box as a file of
its own. A kernel lets a container do the same by namespaces; here it is chroot and a read-only bind mount.
"""
import ctypes
import json
import os
import sys

libc = ctypes.CDLL(None, use_errno=True)
MS_RDONLY, MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = 1, 32, 4096, 16384, 1 << 18
CLONE_NEWNS, PR_SET_NO_NEW_PRIVS = 0x20000, 38


def must(result, what):
    if result:
        sys.exit(f"box: {what}: {os.strerror(ctypes.get_errno())}")


def mount(source, target, flags):
    must(libc.mount(source.encode(), target.encode(), None, flags, None), f"mounting {target}")


def arguments(argv):
    extra, emulator = {}, None
    root, inspected = argv[:2]
    rest = argv[2:]
    while rest and rest[0] in ("-e", "--emulator"):
        if rest[0] == "-e":
            name, _, value = rest[1].partition("=")
            extra[name] = value
        else:
            emulator = rest[1]
        rest = rest[2:]
    if rest and rest[0] == "--":
        rest = rest[1:]
    with open(inspected) as file:
        config = json.load(file)["Docker"]["config"]
    return root, config, extra, emulator, rest


def main():
    root, config, extra, emulator, command = arguments(sys.argv[1:])
    command = command or config["Entrypoint"] + (config.get("Cmd") or [])
    environment = dict(line.split("=", 1) for line in config["Env"])
    environment.update(extra)
    uid, gid = map(int, config["User"].split(":"))
    must(libc.unshare(CLONE_NEWNS), "a namespace of mounts")
    must(libc.mount(None, b"/", None, MS_REC | MS_PRIVATE, None), "mounts of one's own")
    mount(root, root, MS_BIND)
    for device in ("null", "urandom"):  # what any container runtime lays there
        open(f"{root}/dev/{device}", "a").close()
        mount(f"/dev/{device}", f"{root}/dev/{device}", MS_BIND)
    for name in ("hosts", "resolv.conf"):
        open(f"{root}/etc/{name}", "a").close()
        mount(f"/etc/{name}", f"{root}/etc/{name}", MS_BIND)
    if emulator:
        open(f"{root}/dev/emulator", "a").close()
        mount(emulator, f"{root}/dev/emulator", MS_BIND)
        command = ["/dev/emulator"] + command
    mount(root, root, MS_BIND | MS_REMOUNT | MS_RDONLY)
    os.chroot(root)
    os.chdir(config["WorkingDir"] or "/")
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)
    must(libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no new privileges")
    os.execve(command[0], command, environment)


main()
