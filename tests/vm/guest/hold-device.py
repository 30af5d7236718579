# Opens a device through vfio as a DPDK program does, prints "held", and keeps it until its standard input ends.
#   hold-device.py ADDRESS
import ctypes, os, sys

SET_IOMMU, SET_CONTAINER, GET_DEVICE = 0x3B66, 0x3B68, 0x3B6A
TYPE1, NO_IOMMU = 1, 8

libc = ctypes.CDLL(None, use_errno=True)


def ioctl(descriptor, request, argument):
    result = libc.ioctl(descriptor, ctypes.c_ulong(request), argument)
    if result < 0:
        error = ctypes.get_errno()
        raise OSError(error, f"{os.strerror(error)} (ioctl 0x{request:x})")
    return result


address = sys.argv[1]
number = os.path.basename(os.readlink(f"/sys/bus/pci/devices/{address}/iommu_group"))
without_iommu = os.path.exists(f"/dev/vfio/noiommu-{number}")
container = os.open("/dev/vfio/vfio", os.O_RDWR)
group = os.open(f"/dev/vfio/{'noiommu-' if without_iommu else ''}{number}", os.O_RDWR)
ioctl(group, SET_CONTAINER, ctypes.byref(ctypes.c_int(container)))
ioctl(container, SET_IOMMU, ctypes.c_int(NO_IOMMU if without_iommu else TYPE1))
device = ioctl(group, GET_DEVICE, ctypes.c_char_p(address.encode()))
print("held", flush=True)
sys.stdin.read()
