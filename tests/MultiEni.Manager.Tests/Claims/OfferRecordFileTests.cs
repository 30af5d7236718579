using Microsoft.Extensions.Logging.Abstractions;
using MultiEni.Manager.Claims;

namespace MultiEni.Manager.Tests.Claims;

public sealed class OfferRecordFileTests : IDisposable
{
    // What is to be seen comes about in no time, if it does; waiting longer shows nothing new.
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(300);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("offers-");

    [Fact]
    public async Task What_was_seen_last_is_what_the_file_says()
    {
        var file = new OfferRecordFile(Path.Combine(_folder.FullName, "offers.json"), NullLogger.Instance);
        var seen = "first";
        using var reading = new SemaphoreSlim(0);
        using var goOn = new ManualResetEventSlim();
        var first = Task.Run(
            () =>
                file.Write(() =>
                {
                    var record = new OfferRecord { BootId = seen };
                    reading.Release();
                    goOn.Wait(TestContext.Current.CancellationToken);
                    return record;
                }),
            TestContext.Current.CancellationToken
        );
        await reading.WaitAsync(TestContext.Current.CancellationToken);

        seen = "second";
        var second = Task.Run(() => file.Write(() => new OfferRecord { BootId = seen }), TestContext.Current.CancellationToken);
        await Task.WhenAny(second, Task.Delay(Moment, TimeProvider.System, TestContext.Current.CancellationToken));
        goOn.Set();
        await Task.WhenAll(first, second);

        Assert.Equal("second", file.Read()!.BootId);
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
