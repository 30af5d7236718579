using System.Diagnostics;

namespace MultiEni.Manager.Tests.Kernel;

/// <summary>The network namespace that a check may do with as it likes.</summary>
internal static class OwnNamespace
{
    /// <summary>Names the namespace of whoever started the checks.</summary>
    public const string OuterVariable = "MULTI_ENI_TEST_OUTER_NAMESPACE";

    public static string Current =>
        new FileInfo("/proc/self/ns/net").LinkTarget ?? throw new InvalidOperationException("No network namespaces here.");

    /// <summary>Fails unless this process was put into a namespace of its own.</summary>
    public static void Demand()
    {
        var outer = Environment.GetEnvironmentVariable(OuterVariable);
        Assert.False(string.IsNullOrEmpty(outer), $"To be started by {nameof(NetworkNamespaceTests)} only.");
        Assert.NotEqual(outer, Current);
    }

    /// <summary>Runs iproute2's <c>ip</c>, each line one command.</summary>
    public static async Task SetUpAsync(string commands, string? family = null)
    {
        Demand();
        using var ip = Process.Start(
            new ProcessStartInfo("ip", [.. family is null ? Array.Empty<string>() : ["-family", family], "-batch", "-"])
            {
                UseShellExecute = false,
                RedirectStandardInput = true,
                RedirectStandardError = true,
            }
        )!;
        await ip.StandardInput.WriteAsync(commands);
        ip.StandardInput.Close();
        var errors = await ip.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await ip.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(ip.ExitCode == 0, errors);
    }
}
