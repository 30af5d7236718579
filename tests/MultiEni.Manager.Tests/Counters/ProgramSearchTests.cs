using Microsoft.Extensions.Time.Testing;
using MultiEni.Manager.Counters;
using MultiEni.Manager.Devices;
using MultiEni.Manager.Host;

namespace MultiEni.Manager.Tests.Counters;

public sealed class ProgramSearchTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly Processes _processes = new();
    private readonly ProgramSearch _search;

    public ProgramSearchTests() => _search = new ProgramSearch(new OpenFiles(_processes), _time);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _search.Dispose();

    [Fact]
    public async Task A_program_is_found_in_the_background_and_asked_for_alone_from_then_on()
    {
        _processes.Open[4711] = "/dev/vfio/3";
        await Eventually.Holds(async () => await _search.FindAsync("/dev/vfio/3", Stop) == 4711, () => "the program to be found");
        Assert.Equal(1, _processes.Searches);
        Assert.Equal(4711, await _search.FindAsync("/dev/vfio/3", Stop));
        Assert.Equal(1, _processes.Searches);

        // Another one has it now.
        _processes.Open.Clear();
        _processes.Open[5000] = "/dev/vfio/3";
        await Eventually.Holds(async () => await _search.FindAsync("/dev/vfio/3", Stop) == 5000, () => "the next program to be found");
        Assert.Equal(2, _processes.Searches);
    }

    [Fact]
    public async Task What_nobody_has_is_searched_once_a_minute_and_together_with_others()
    {
        async Task AskAsync()
        {
            foreach (var node in (string[])["/dev/vfio/3", "/dev/vfio/4", "/dev/vfio/5"])
            {
                Assert.Null(await _search.FindAsync(node, Stop));
            }
        }

        for (var scrape = 0; scrape < 10; scrape++)
        {
            await AskAsync();
        }

        // Each alone at first.
        Assert.Equal(3, _processes.Searches);
        for (var minute = 0; minute < 3; minute++)
        {
            _time.Advance(TimeSpan.FromMinutes(1));
            await AskAsync();
            await AskAsync();
        }

        Assert.Equal(6, _processes.Searches);
    }

    private sealed class Processes : IHostFiles
    {
        public Dictionary<int, string> Open { get; } = [];

        public int Searches { get; private set; }

        public ValueTask<IReadOnlyList<string>> ListAsync(string path, CancellationToken cancellationToken)
        {
            Searches += path == "/proc" ? 1 : 0;
            return ValueTask.FromResult<IReadOnlyList<string>>(
                path == "/proc" ? ["1", .. Open.Keys.Select(process => $"{process}"), "self"]
                : Open.ContainsKey(int.Parse(path.Split('/')[2])) ? ["0"]
                : []
            );
        }

        public ValueTask<string?> ReadLinkAsync(string path, CancellationToken cancellationToken) =>
            ValueTask.FromResult<string?>(Open.GetValueOrDefault(int.Parse(path.Split('/')[2])));

        public ValueTask<string?> ReadTextAsync(string path, CancellationToken cancellationToken) =>
            ValueTask.FromResult<string?>(path.Contains("/fdinfo/") ? "flags:\t02" : $"511:{path.Split('/')[^2]}");

        public ValueTask<string?> ReadDeviceNumberAsync(string path, CancellationToken cancellationToken) =>
            ValueTask.FromResult<string?>($"511:{Open.GetValueOrDefault(int.Parse(path.Split('/')[2]))?.Split('/')[^1]}");

        public ValueTask<bool> ExistsAsync(string path, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<Errno> WriteAsync(string path, string text, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<Errno> ProbeOpenAsync(string path, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
