using System.Diagnostics;
using System.Reflection;
using System.Text.RegularExpressions;

namespace MultiEni.Manager.Tests.Kernel;

/// <summary>
/// Runs the checks that change links, routes or mounts in a process of their own inside new
/// namespaces, so that those of the machine are never touched. They count as explicit tests, which
/// a plain run leaves out, because this test runs them. Fails, with the reason, where a namespace
/// cannot be made.
/// </summary>
public sealed partial class NetworkNamespaceTests
{
    [Theory]
    [InlineData(typeof(RtNetlinkChecks))]
    [InlineData(typeof(EthtoolChecks))]
    [InlineData(typeof(KernelEventsChecks))]
    [InlineData(typeof(KernelFilesChecks))]
    public async Task The_kernel_behaves_as_checked_in_a_namespace_of_its_own(Type checks)
    {
        using var process = Process.Start(
            new ProcessStartInfo(
                "unshare",
                [
                    .. NewNamespace(),
                    .. ThisProgram(),
                    "--filter-class",
                    checks.FullName!,
                    "--explicit",
                    "only",
                    "--progress",
                    "off",
                    "--output",
                    "Detailed",
                ]
            )
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                Environment = { [OwnNamespace.OuterVariable] = OwnNamespace.Current },
            }
        )!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        var log = await output + await errors;

        var expected = checks.GetMethods().Count(method => method.GetCustomAttribute<FactAttribute>() is not null);
        Assert.True(process.ExitCode == 0, log);
        Assert.True(
            expected > 0 && Succeeded().Match(log) is { Success: true } match && match.Groups["count"].Value == $"{expected}",
            $"{expected} checks were to succeed:\n{log}"
        );
    }

    private static string[] NewNamespace() =>
        Environment.IsPrivilegedProcess ? ["--net", "--mount", "--"] : ["--user", "--map-root-user", "--net", "--mount", "--"];

    private static string[] ThisProgram()
    {
        var program = Environment.ProcessPath!;
        return Path.GetFileNameWithoutExtension(program) == "dotnet" ? [program, typeof(NetworkNamespaceTests).Assembly.Location] : [program];
    }

    [GeneratedRegex(@"succeeded: (?<count>\d+)", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Succeeded();
}
