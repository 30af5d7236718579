# Stands in for the kubelet's list of devices of pods (PodResourcesLister/List, HTTP/2 by RFC 9113): no pod has any.   pod-resources.py SOCKET
import os, socket, struct, sys, threading


def frame(kind, flags, stream, payload=b""):
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def literal(name, value):
    # Literal field without indexing, new name, no Huffman code (RFC 7541, 6.2.2).
    return b"\x00" + bytes([len(name)]) + name + bytes([len(value)]) + value


def exactly(connection, count):
    data = b""
    while len(data) < count:
        part = connection.recv(count - len(data))
        if not part:
            raise EOFError
        data += part
    return data


def serve(connection):
    try:
        exactly(connection, 24)
        connection.sendall(frame(4, 0, 0))
        while True:
            head = exactly(connection, 9)
            length, kind, flags = int.from_bytes(head[:3], "big"), head[3], head[4]
            stream = int.from_bytes(head[5:], "big") & 0x7FFFFFFF
            payload = exactly(connection, length)
            if kind == 4 and not flags & 1:
                connection.sendall(frame(4, 1, 0))
            elif kind == 6 and not flags & 1:
                connection.sendall(frame(6, 1, 0, payload))
            elif kind in (0, 1) and flags & 1:
                headers = b"\x88" + literal(b"content-type", b"application/grpc")
                connection.sendall(
                    frame(1, 4, stream, headers) + frame(0, 0, stream, bytes(5)) + frame(1, 5, stream, literal(b"grpc-status", b"0"))
                )
    except (EOFError, OSError):
        connection.close()


path = sys.argv[1]
os.makedirs(os.path.dirname(path), exist_ok=True)
if os.path.exists(path):
    os.remove(path)
listener = socket.socket(socket.AF_UNIX)
listener.bind(path)
listener.listen(16)
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
