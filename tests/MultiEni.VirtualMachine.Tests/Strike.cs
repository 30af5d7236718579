namespace MultiEni.VirtualMachine.Tests;

/// <summary>
/// Has the ENI manager killed by SIGKILL just before one of the changes it makes
/// (<c>tests/vm/guest/strike.c</c>).
/// </summary>
internal sealed class Strike(NodeFixture node)
{
    private const string Armed = "/run/strike";
    private const string Log = "/run/strike.log";

    /// <summary>
    /// The library that a manager which is to be killed is started with (<c>LD_PRELOAD</c>).
    /// </summary>
    public const string Library = "/host/guest/strike.so";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Lets it make so many changes from now on, and not the next one.</summary>
    public Task ArmAsync(int changes) => node.Shell.RunAsync($"rm -f {Log}; echo {changes} >{Armed}", Stop);

    /// <summary>Waits until it was killed, or something else is the case.</summary>
    /// <returns>Whether it was killed.</returns>
    public async Task<bool> StruckAsync(Func<bool> settled, string what)
    {
        var manager = node.Node.Manager!;
        await node.Node.AwaitAsync(() => Task.FromResult(manager.ExitStatus is not null || settled()), $"a kill, or {what}", Stop);
        // Who takes the file away decides, the strike or this.
        if (manager.ExitStatus is null && (await node.Shell.TryAsync($"rm {Armed}", Stop)).Status == 0)
        {
            return false;
        }

        Assert.Equal(137, await manager.EndedAsync(Stop));
        return true;
    }

    /// <summary>The changes made since it was armed.</summary>
    public async Task<string[]> ChangesAsync() =>
        (await node.Shell.RunAsync($"cat {Log} 2>/dev/null || true", Stop)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
