# Stands in for the ENI manager's address book: answers eni-ipam on a Unix socket from a file that has, for each link, the addresses in the order in which
# they are given.   stub-ipam.py SOCKET FILE          {"nodeeni-blue": [{"address": "10.20.1.20/24", "gateway": "10.20.1.1"}]}
import json, os, socket, sys

path, addresses = sys.argv[1], json.load(open(sys.argv[2]))
given = {}
listener = socket.socket(socket.AF_UNIX)
listener.bind(path)
listener.listen(64)
while True:
    connection, _ = listener.accept()
    request = json.loads(b"".join(iter(lambda: connection.recv(65536), b"")))
    key = (request.get("containerId"), request.get("interface"))
    reply = {}
    if request["command"] == "ADD":
        link = request.get("link") or request.get("macAddress") or request.get("nodeEni")
        free = [one for one in addresses.get(link, []) if one not in given.values()]
        if key not in given and free:
            given[key] = free[0]
        reply = {"addresses": [given[key]]} if key in given else {"error": {"code": 11, "message": f"No address of {link} is free."}}
    elif request["command"] == "DEL":
        given.pop(key, None)
    elif request["command"] == "CHECK":
        reply = {"addresses": [given[key]]} if key in given else {"error": {"code": 3, "message": "The interface has no address."}}
    connection.sendall(json.dumps(reply).encode())
    connection.close()
