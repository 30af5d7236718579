using MultiEni.Api.EniAttachments;

namespace MultiEni.VirtualMachine.Tests;

/// <summary>
/// A DRA driver is ended by SIGKILL while it prepares a claim, or ends one, and the kubelet asks its
/// successor. Long stories, so each runs on one of the machines.
/// </summary>
public abstract class ClaimKillStories(NodeFixture node) : KillStories(node)
{
    private const int Preparing = 11;
    private const string Mac = "52:54:00:00:06:21";

    private readonly Strike _strike = new(node);
    private readonly ClaimedCard _card = new(node, 6, Mac);
    private readonly List<string> _preparing = [];
    private readonly List<string> _ending = [];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>
    /// The driver is killed before each of its changes in turn, and asked again for what it was
    /// doing.
    /// </summary>
    protected async Task KillBeforeEachChangeForAClaimAsync()
    {
        await BeginAsync("claim-killed");
        var (midPrepare, midEnd) = (true, true);
        for (var changes = 0; midPrepare || midEnd; changes++)
        {
            var claim = await _card.ClaimWhenListedAsync($"claim-{changes}");
            midPrepare = await AskAsync(changes, midPrepare, () => _card.Kubelet.PrepareAsync(claim, Stop), claim, _preparing);
            await _card.AssertPreparedAsync(claim);
            midEnd = await AskAsync(changes, midEnd, () => _card.Kubelet.UnprepareAsync(claim, Stop), claim, _ending);
            _card.Deallocate();
            await _card.AssertKernelsAsync();
        }

        // Two entries in the record of claims, and three writes to the kernel and three files in both
        // directions; the journal has three phases one way and two the other; and two folders are
        // removed.
        await EndAsync(Preparing, ending: 12);
    }

    /// <summary>
    /// The driver is killed before each of its changes in turn, and the pod is deleted before it
    /// has a successor.
    /// </summary>
    protected async Task KillBeforeEachChangeForAClaimWhosePodEndsAsync()
    {
        await BeginAsync("claim-killed-ended");
        var killed = true;
        for (var changes = 0; killed; changes++)
        {
            var claim = await _card.ClaimWhenListedAsync($"claim-{changes}");
            killed = await StrikeAsync(changes, () => _card.Kubelet.PrepareAsync(claim, Stop), claim, _preparing);
            await _card.UntilDoneAsync(() => _card.Kubelet.UnprepareAsync(claim, Stop));
            _card.Deallocate();
            await _card.AssertKernelsAsync();
        }

        await EndAsync(Preparing, ending: 0);
    }

    private Task BeginAsync(string story) =>
        _card.BeginAsync(story, DeviceUses.Advertised, new Dictionary<string, string> { ["LD_PRELOAD"] = Strike.Library });

    private async Task EndAsync(int preparing, int ending)
    {
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"{_preparing.Count} kill points while preparing, {_ending.Count} while ending\n{string.Join('\n', [.. _preparing, .. _ending])}"
        );
        Assert.True(_preparing.Count >= preparing, string.Join('\n', _preparing));
        Assert.True(_ending.Count >= ending, string.Join('\n', _ending));
        await _card.EndAsync();
    }

    private async Task<bool> AskAsync(int changes, bool strike, Func<Task<GuestAnswer>> ask, GuestClaim claim, List<string> points)
    {
        var struck = strike && await StrikeAsync(changes, ask, claim, points);
        await _card.UntilDoneAsync(ask);
        return struck;
    }

    // Asks once, with a kill after so many changes if there are as many.
    private async Task<bool> StrikeAsync(int changes, Func<Task<GuestAnswer>> ask, GuestClaim claim, List<string> points)
    {
        await _strike.ArmAsync(changes);
        var answer = ask();
        var struck = await _strike.StruckAsync(() => answer.IsCompleted, $"{claim.Name} to be answered");
        var error = (await answer).Error;
        if (!struck)
        {
            Assert.Equal("", error);
            return false;
        }

        var made = await _strike.ChangesAsync();
        points.Add($"  after {made.Length} changes ({made.LastOrDefault() ?? "none"}): {await _card.SeenAsync(claim)}");
        await _card.SucceedAsync();
        return true;
    }
}
