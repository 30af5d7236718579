namespace MultiEni.Manager.Tests;

/// <summary>Waits for conditions with a generous deadline; never asserts on elapsed time.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(10);

    public static Task Holds(Func<bool> condition, string what) => Holds(() => Task.FromResult(condition()), () => what);

    public static async Task Holds(Func<Task<bool>> condition, Func<string> what)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(start) >= Deadline)
            {
                Assert.Fail($"Waited in vain: {what()}");
            }

            await Task.Delay(Interval, TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }
}
