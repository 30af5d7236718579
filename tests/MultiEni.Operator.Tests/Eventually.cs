namespace MultiEni.Operator.Tests;

/// <summary>Waits for conditions with a generous deadline; never asserts on elapsed time.</summary>
public static class Eventually
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(5);

    public static Task Holds(Func<bool> condition, string what) => Holds(condition, () => { }, what);

    /// <summary>
    /// As above, doing something between two looks, such as moving a virtual clock.
    /// </summary>
    public static async Task Holds(Func<bool> condition, Action between, string what)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var start = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < Deadline, $"Waited in vain: {what}");
            between();
            await Task.Delay(Interval, TimeProvider.System, cancellationToken);
        }
    }

    public static Task<T> Within<T>(this Task<T> task) => task.WaitAsync(Deadline, TimeProvider.System, TestContext.Current.CancellationToken);

    public static Task Within(this Task task) => task.WaitAsync(Deadline, TimeProvider.System, TestContext.Current.CancellationToken);
}
