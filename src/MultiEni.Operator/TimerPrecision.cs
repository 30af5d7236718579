namespace MultiEni.Operator;

internal static class TimerPrecision
{
    /// <summary>
    /// Whole milliseconds, rounded up. Timers drop fractions: whoever waits for one finds nothing
    /// due yet, and asks again and again.
    /// </summary>
    public static TimeSpan RoundUp(this TimeSpan wait) => TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds));
}
