using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using MultiEni.Manager.Claims.Slices;

namespace MultiEni.Manager.Tests.Claims.Slices;

public sealed class FormerSliceTests : IDisposable
{
    private const string Name = "node-1-eni.networking.k8s.aws";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("former-slice-");
    private readonly ClaimApi _api = new();
    private readonly FakeTimeProvider _clock = new();
    private int _requests;
    private int _settled;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string Record => Path.Combine(_folder.FullName, "claimable-devices.json");

    [Fact]
    public async Task A_node_that_offered_nothing_to_claims_sends_nothing()
    {
        await RemoveAsync();
        Assert.Equal(0, _requests);
    }

    [Fact]
    public async Task The_slice_of_the_time_before_goes_and_its_record_after_it()
    {
        await File.WriteAllTextAsync(Record, "{}", Stop);
        _api.Put(Name, Spec());
        await RemoveAsync();
        Assert.Equal([$"DELETE {Name}"], _api.Writes);
        Assert.Equal(1, _settled);
        Assert.False(File.Exists(Record));

        await RemoveAsync();
        Assert.Single(_api.Writes);
    }

    [Fact]
    public async Task One_that_the_kubelet_has_deleted_is_gone()
    {
        await File.WriteAllTextAsync(Record, "{}", Stop);
        await RemoveAsync();
        Assert.False(File.Exists(Record));
    }

    [Fact]
    public async Task An_API_server_that_is_away_is_asked_again()
    {
        await File.WriteAllTextAsync(Record, "{}", Stop);
        _api.Put(Name, Spec());
        var isAway = true;
        var removal = RemoveAsync(() => isAway ? throw new HttpRequestException("away") : null);
        await Eventually.Holds(() => Volatile.Read(ref _requests) == 1, "the first attempt");
        isAway = false;
        await Eventually.Holds(
            () =>
            {
                _clock.Advance(TimeSpan.FromSeconds(1));
                return removal.IsCompleted;
            },
            "the second attempt"
        );
        Assert.Empty(_api.SliceNames);
    }

    [Fact]
    public async Task An_agent_that_may_not_delete_it_leaves_it_to_the_kubelet()
    {
        await File.WriteAllTextAsync(Record, "{}", Stop);
        _api.Put(Name, Spec());
        var removal = RemoveAsync(() => "may not delete");
        Assert.Equal((1, true), (_requests, File.Exists(Record)));
        await Eventually.Holds(
            () =>
            {
                _clock.Advance(TimeSpan.FromSeconds(1));
                return removal.IsCompleted;
            },
            "the kubelet's patience to be over"
        );
        Assert.Equal((1, false), (_requests, File.Exists(Record)));
    }

    [Fact]
    public async Task Offers_wait_for_the_slice_and_for_no_longer_than_the_kubelet_takes()
    {
        Assert.Null(Slice().Problem);

        await File.WriteAllTextAsync(Record, "{}", Stop);
        _api.Put(Name, Spec());
        var slice = Slice();
        Assert.Contains($"ResourceSlice {Name}", slice.Problem!.Message, StringComparison.Ordinal);
        await slice.RemoveAsync(Stop);
        Assert.Null(slice.Problem);

        await File.WriteAllTextAsync(Record, "{}", Stop);
        var away = Slice();
        _api.Refuses = _ => throw new HttpRequestException("away");
        using var ending = new CancellationTokenSource();
        var removal = away.RemoveAsync(ending.Token);
        Assert.NotNull(away.Problem);
        var settled = Volatile.Read(ref _settled);
        _clock.Advance(FormerSlice.KubeletPatience + TimeSpan.FromSeconds(1));
        await Eventually.Holds(() => Volatile.Read(ref _settled) > settled, "the call");
        Assert.Null(away.Problem);
        await ending.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => removal);
        Assert.True(File.Exists(Record));
    }

    public void Dispose()
    {
        _api.Dispose();
        _folder.Delete(recursive: true);
    }

    private Task RemoveAsync(Func<string?>? refusal = null)
    {
        _api.Refuses = request =>
        {
            Interlocked.Increment(ref _requests);
            Assert.Equal(HttpMethod.Delete, request.Method);
            return refusal?.Invoke();
        };
        return Slice().RemoveAsync(Stop);
    }

    private FormerSlice Slice() => new(Record, _api.Client(_clock), "node-1", () => Interlocked.Increment(ref _settled), _clock, NullLogger.Instance);

    private static JsonObject Spec() => new() { ["driver"] = "eni.networking.k8s.aws", ["nodeName"] = "node-1" };
}
