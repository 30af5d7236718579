using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MultiEni.Operator.Client;

/// <summary>Runs a credential program and reads the ExecCredential that it prints.</summary>
internal static class ExecCredential
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    // A token is renewed a little early: it must still be good when the server looks at it.
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(1);

    /// <summary>The token that the program prints.</summary>
    /// <exception cref="KubernetesConfigException">
    /// It cannot be run, fails, or prints something else.
    /// </exception>
    public static async Task<BearerToken> RunAsync(ClientCredentials.Exec exec, TimeProvider time, CancellationToken cancellationToken)
    {
        using var deadline = new RequestDeadline($"the credential program {exec.Command}", Limit, time, cancellationToken);
        var output = await deadline.RunAsync(async token => await OutputAsync(exec, token));
        try
        {
            var status = JsonNode.Parse(output)?["status"];
            var value = status?["token"]?.GetValue<string>();
            if (string.IsNullOrEmpty(value))
            {
                throw new KubernetesConfigException($"{exec.Command} printed no status.token; client certificates are not supported here.");
            }

            var expiry = status?["expirationTimestamp"]?.GetValue<string>();
            return new BearerToken(value, expiry is null ? DateTimeOffset.MaxValue : DateTimeOffset.Parse(expiry, null) - Margin);
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
        {
            // Not the output itself: it may hold a secret.
            throw new KubernetesConfigException($"{exec.Command} did not print an ExecCredential.", e);
        }
    }

    private static async Task<string> OutputAsync(ClientCredentials.Exec exec, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(exec.Command, exec.Arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var (name, value) in exec.Environment)
        {
            start.Environment[name] = value;
        }

        var info = new JsonObject
        {
            ["apiVersion"] = exec.ApiVersion,
            ["kind"] = "ExecCredential",
            ["spec"] = new JsonObject { ["interactive"] = false },
        };
        if (exec.Cluster is { } cluster)
        {
            info["spec"]!["cluster"] = JsonNode.Parse(cluster);
        }

        start.Environment["KUBERNETES_EXEC_INFO"] = info.ToJsonString();
        using var process = Start(start);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var errors = process.StandardError.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            return process.ExitCode == 0
                ? await output
                : throw new KubernetesConfigException($"{exec.Command} ended with {process.ExitCode}: {(await errors).Trim()}");
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start) ?? throw new KubernetesConfigException($"{start.FileName} did not start.");
        }
        catch (Win32Exception e)
        {
            throw new KubernetesConfigException($"The credential program {start.FileName} cannot be run: {e.Message}", e);
        }
    }
}
