# Runs shell commands for whoever is connected to the machine's serial port "commands": a JSON object in each line.
#   in   {"id": 1, "run": "uname -r"}          out  {"id": 1, "status": 0, "output": "6.12…\n"}     in any order
#   in   {"end": true}: the machine stops      out  {"boot": "ID of this boot"} at the start
import json, subprocess, threading, time

port = open("/dev/virtio-ports/commands", "r+b", buffering=0)
lock = threading.Lock()


def say(message):
    line = json.dumps(message).encode() + b"\n"
    with lock:
        while line:
            line = line[port.write(line):]


def run(request):
    # What a command leaves behind in the background must not keep its output open: such a command redirects it.
    done = subprocess.run(
        ["bash", "-c", request["run"]], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    say({"id": request["id"], "status": done.returncode, "output": done.stdout.decode(errors="replace")})


say({"boot": open("/proc/sys/kernel/random/boot_id").read().strip()})
pending = b""
while True:
    received = port.read(65536)
    if not received:  # nobody is connected
        time.sleep(0.2)
    pending += received
    *lines, pending = pending.split(b"\n")
    for request in map(json.loads, lines):
        if "end" in request:
            raise SystemExit(0)
        threading.Thread(target=run, args=(request,), daemon=True).start()
