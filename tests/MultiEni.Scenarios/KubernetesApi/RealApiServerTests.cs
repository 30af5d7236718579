using System.Diagnostics;
using System.Runtime.Versioning;

namespace MultiEni.Scenarios.KubernetesApi;

/// <summary>
/// Stand-in programs show how the real ones are started and what happens when they fail.
/// </summary>
[SupportedOSPlatform("linux")]
public sealed class RealApiServerTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("multi-eni-stand-ins-");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_API_server_that_ends_is_quoted_and_etcd_does_not_outlive_it()
    {
        StandIn("etcd", "exec sleep 600");
        StandIn("kube-apiserver", "until [ -s \"$(dirname \"$0\")/etcd.process\" ]; do :; done; echo 'no such flag' >&2; exit 3");

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => RealApiServer.StartAsync(_folder.FullName, Stop));

        Assert.Contains("kube-apiserver ended with code 3: no such flag", failure.Message);
        Assert.True(HasEnded("etcd"), "etcd was left running");
    }

    [Fact]
    public async Task An_etcd_that_ends_is_quoted_and_the_API_server_does_not_outlive_it()
    {
        StandIn("etcd", "until [ -s \"$(dirname \"$0\")/kube-apiserver.process\" ]; do :; done; echo 'disk full' >&2; exit 1");
        StandIn("kube-apiserver", "exec sleep 600");

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => RealApiServer.StartAsync(_folder.FullName, Stop));

        Assert.Contains("etcd ended with code 1: disk full", failure.Message);
        Assert.True(HasEnded("kube-apiserver"), "the API server was left running");
    }

    [Fact]
    public async Task Both_listen_on_the_loopback_interface_only_and_know_each_other()
    {
        StandIn("etcd", "exec sleep 600");
        StandIn("kube-apiserver", "until [ -s \"$(dirname \"$0\")/etcd.process\" ]; do :; done; exit 1");

        await Assert.ThrowsAsync<InvalidOperationException>(() => RealApiServer.StartAsync(_folder.FullName, Stop));

        var etcd = await ArgumentsAsync("etcd");
        var server = await ArgumentsAsync("kube-apiserver");
        var address = etcd.Single(argument => argument.StartsWith("--listen-client-urls=", StringComparison.Ordinal)).Split('=')[1];
        Assert.StartsWith("http://127.0.0.1:", address);
        Assert.Contains($"--etcd-servers={address}", server);
        Assert.Contains("--bind-address=127.0.0.1", server);
        var data = etcd.Single(argument => argument.StartsWith("--data-dir=", StringComparison.Ordinal)).Split('=')[1];
        Assert.False(Directory.Exists(Path.GetDirectoryName(data)), "the temporary folder was left behind");
    }

    [Fact]
    public async Task A_folder_without_the_programs_says_so()
    {
        var choice = KubernetesApiChoice.From(_ => _folder.FullName, File.Exists);

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => ChosenKubernetesApi.StartAsync(choice, TimeProvider.System, Stop));

        Assert.Contains("no etcd and no kube-apiserver", failure.Message);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private void StandIn(string program, string then)
    {
        var path = Path.Combine(_folder.FullName, program);
        File.WriteAllText(path, $"#!/bin/sh\nprintf '%s\\n' \"$@\" > \"$0.arguments\"\necho $$ > \"$0.process\"\n{then}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private Task<string[]> ArgumentsAsync(string program) => File.ReadAllLinesAsync(Path.Combine(_folder.FullName, $"{program}.arguments"), Stop);

    private bool HasEnded(string program)
    {
        try
        {
            using var process = Process.GetProcessById(int.Parse(File.ReadAllText(Path.Combine(_folder.FullName, $"{program}.process"))));
            return process.HasExited;
        }
        catch (ArgumentException)
        {
            return true;
        }
    }
}
