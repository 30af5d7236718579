# Runs a program that lacks a capability, as in a container that is not privileged:   without-capability.py NUMBER PROGRAM ARGUMENT...
import ctypes, os, sys

DROP_FROM_BOUNDING_SET = 24
if ctypes.CDLL(None).prctl(DROP_FROM_BOUNDING_SET, int(sys.argv[1]), 0, 0, 0) != 0:
    raise SystemExit("the capability could not be dropped")
os.execv(sys.argv[2], sys.argv[2:])
