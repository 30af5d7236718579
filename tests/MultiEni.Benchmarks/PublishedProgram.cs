using System.Diagnostics;
using System.Globalization;

namespace MultiEni.Benchmarks;

/// <summary>One of the published programs, running.</summary>
internal sealed class PublishedProgram : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(10);

    private readonly Process _process;
    private readonly string _name;

    private PublishedProgram(Process process, string name) => (_process, _name) = (process, name);

    /// <summary>User and system time so far.</summary>
    public TimeSpan Cpu
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>The resident size.</summary>
    public double Megabytes => Status("VmRSS:");

    /// <summary>The largest resident size so far.</summary>
    public double PeakMegabytes => Status("VmHWM:");

    /// <summary>Starts one.</summary>
    /// <param name="name">Such as <c>eni-controller</c>.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="environment">Variables beside those of this process.</param>
    /// <exception cref="FileNotFoundException">It was not published.</exception>
    public static PublishedProgram Start(string name, IEnumerable<string> arguments, IEnumerable<KeyValuePair<string, string>> environment)
    {
        var program = Path.GetFullPath($"artifacts/programs/{name}");
        if (!File.Exists(program))
        {
            throw new FileNotFoundException($"{program} is missing; ./bench publishes it, or run eng/publish.sh in the root of the repository");
        }

        var start = new ProcessStartInfo(program, arguments);
        foreach (var (variable, value) in environment)
        {
            start.Environment[variable] = value;
        }

        return new PublishedProgram(Process.Start(start)!, name);
    }

    public async Task UntilAsync(Func<bool> condition, string what)
    {
        var begin = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (_process.HasExited || Stopwatch.GetElapsedTime(begin) > Patience)
            {
                throw new TimeoutException($"waited in vain until {what}; {_name} {(_process.HasExited ? "has ended" : "runs")}");
            }

            await Task.Delay(Glance, TimeProvider.System);
        }
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
    }

    private double Status(string name)
    {
        var line = File.ReadLines($"/proc/{_process.Id}/status").First(line => line.StartsWith(name, StringComparison.Ordinal));
        return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
    }
}
