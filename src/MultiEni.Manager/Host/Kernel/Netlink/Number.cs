namespace MultiEni.Manager.Host.Kernel.Netlink;

/// <summary>Unsigned numbers of the kernel in this program's signed ones.</summary>
internal static class Number
{
    /// <summary>The number, or the highest there is when it does not fit: a metric of 4294967295 must stay the last choice.</summary>
    public static int Clamp(uint? number) => (int)Math.Min(number ?? 0, int.MaxValue);
}
