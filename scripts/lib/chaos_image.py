"""The image that chaos is done on, and its deployments: a command and a flow program that do the same."""
import shutil
import subprocess
from pathlib import Path

# Lines of the deployment that writes long enough to be met at it.
TORRENT = {"command": 6000, "sdk": 4000}


def make_archive(folder, program):
    """A file system of busybox and, where it is given, a flow program with its libraries, as a tar archive."""
    busybox = shutil.which("busybox")
    if not busybox:
        raise AssertionError("chaos needs the program of busybox-static; run: apt-get install busybox-static")
    root = Path(folder) / "root"
    for name in ("bin", "tmp", "var/tmp", "etc/orch"):
        (root / name).mkdir(parents=True)
    for name in ("tmp", "var/tmp"):
        (root / name).chmod(0o1777)
    shutil.copy(busybox, root / "bin/busybox")
    for command in ("sh", "sleep", "tail"):
        (root / "bin" / command).symlink_to("busybox")
    if program:
        shutil.copy(program, root / "bin/chaos-flow")
        for library in libraries(program):
            target = root / library.relative_to("/")
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(library, target)
        described = subprocess.run([program, "describe", "--json"], check=True, capture_output=True, text=True)
        (root / "etc/orch/describe.json").write_text(described.stdout)
    archive = Path(folder) / "image.tar"
    subprocess.run(["tar", "-C", root, "--numeric-owner", "--owner=0", "--group=0", "-cf", archive, "."], check=True)
    shutil.rmtree(root)
    return archive


def libraries(program):
    """The shared libraries that a program is linked with, at the paths where it looks for them."""
    listed = subprocess.run(["ldd", program], check=True, capture_output=True, text=True).stdout
    words = (word for line in listed.splitlines() for word in line.split() if word.startswith("/"))
    return sorted({Path(word) for word in words})


def deploy(stack, image, kinds):
    """Deployments that print half of their lines, wait for a word, and print the other half, or come to an end of
    another kind."""
    stack.type(["block", "create"], "docker-container", "small", "--set", "memory=32m", "--set", "memory_swap=32m")
    # The Swift runtime alone takes more than a shell.
    stack.type(["block", "create"], "docker-container", "roomy", "--set", "memory=96m", "--set", "memory_swap=96m")
    half = stack.lines // 2
    for name, ending in (("steps", "success"), ("failing", "failure"), ("hungry", "hunger"), ("torrent", "success"),
                         ("polite", "success")):
        for kind in kinds:
            first, last = (10, TORRENT[kind]) if name == "torrent" else (half, stack.lines)
            infra = ("--infra", f"docker/{'small' if kind == 'command' else 'roomy'}") if ending == "hunger" else ()
            start = ["--image", image, "-n", f"{kind}-{name}", *infra]
            if kind == "command":
                manners = "trap 'exit 0' TERM; " if name == "polite" else ""
                stack.type(["deploy"], *start, "--", "sh", "-c", manners + script(first, last, ending))
            else:
                stack.type(["deploy"], *start, "--flow", "steps", "-p", f"half={first}", "-p", f"lines={last}",
                           "-p", f"ending={ending}")


def script(first, last, ending):
    def steps(end):
        return f"while [ $i -lt {end} ]; do i=$((i+1)); echo out-$i; echo err-$i >&2; done; "
    begin = "i=0; " + steps(first) + "while [ ! -e /tmp/go ]; do sleep 0.05; done; "
    return begin + {"hunger": "exec tail /dev/zero", "failure": steps(last) + "exit 1"}.get(ending, steps(last))
