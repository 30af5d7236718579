using System.Diagnostics;

namespace MultiEni.Chart.Tests;

/// <summary>Files of the repository, and the tools that its scripts fetch.</summary>
internal static class Repository
{
    private const string AppVersion = "appVersion: ";

    public static string Root { get; } = Find();

    public static string Chart => Path.Combine(Root, "charts", "aws-multi-eni-controller");

    /// <summary>The chart's version, which is that of the images.</summary>
    public static string Version { get; } =
        Read("charts", "aws-multi-eni-controller", "Chart.yaml").Split('\n').Single(line => line.StartsWith(AppVersion, StringComparison.Ordinal))[
            AppVersion.Length..
        ];

    public static string Read(params string[] path) => File.ReadAllText(Path.Combine([Root, .. path]));

    /// <summary>Runs a program to its end.</summary>
    public static async Task<(int Code, string Output, string Error)> RunAsync(
        string program,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string>? environment = null
    )
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Root,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await output, await error);
    }

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "MultiEni.slnx")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new DirectoryNotFoundException("no folder above has MultiEni.slnx");
    }
}
