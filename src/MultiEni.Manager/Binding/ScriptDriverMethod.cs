using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using MultiEni.Api;
using MultiEni.Manager.Devices;
using MultiEni.Manager.Host;
using MultiEni.Manager.Safety;

namespace MultiEni.Manager.Binding;

/// <summary>
/// Moves devices with the program that <c>DPDK_BINDING_SCRIPT</c> names, such as
/// <c>dpdk-devbind.py</c>: <c>-b DRIVER ADDRESS</c>. Its exit code is reported and never believed:
/// the tool exits 0 for several failures (docs/reference/driver-binding.md#dpdk-devbind).
/// </summary>
internal sealed class ScriptDriverMethod(string path, TimeSpan limit, LockedFiles locked, TimeProvider time) : IDriverMethod
{
    private const int OutputLimit = 600;
    private const string KernelDriver = "ena";
    private static readonly TimeSpan KillGrace = TimeSpan.FromSeconds(5);

    /// <inheritdoc />
    public Blocker? Unusable()
    {
        if (!File.Exists(path))
        {
            return NotFound();
        }

        const UnixFileMode Execute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        return !OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & Execute) == UnixFileMode.None
            ? NotExecutable("no execute permission")
            : null;
    }

    /// <inheritdoc />
    public Task<Blocker?> BindAsync(PciDevice device, string driver, Action unbound, CancellationToken cancellationToken) =>
        RunAsync(device.Address, driver, cancellationToken);

    /// <inheritdoc />
    public Task<Blocker?> GiveBackAsync(PciDevice device, string driver, CancellationToken cancellationToken) =>
        RunAsync(device.Address, driver.Length == 0 ? KernelDriver : driver, cancellationToken);

    private async Task<Blocker?> RunAsync(PciAddress address, string driver, CancellationToken cancellationToken)
    {
        if (Unusable() is { } unusable)
        {
            return unusable;
        }

        var start = new ProcessStartInfo(path)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        start.ArgumentList.Add("-b");
        start.ArgumentList.Add(driver);
        start.ArgumentList.Add(address.ToString());
        using var process = new Process { StartInfo = start };
        var output = new OutputTail(OutputLimit);
        process.OutputDataReceived += (_, line) => output.Add(line.Data);
        process.ErrorDataReceived += (_, line) => output.Add(line.Data);
        try
        {
            process.Start();
        }
        catch (Win32Exception error)
        {
            return NotExecutable(error.Message);
        }

        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        process.StandardInput.Close();
        try
        {
            await process.WaitForExitAsync(cancellationToken).WaitAsync(limit, time, cancellationToken);
        }
        catch (Exception error) when (error is TimeoutException or OperationCanceledException)
        {
            await EndAsync(process, address);
            cancellationToken.ThrowIfCancellationRequested();
            return new Blocker(
                Reasons.BindingScriptTimeout,
                $"{path} -b {driver} {address} did not end within {limit.TotalSeconds:0} s and was stopped.{output}"
            );
        }

        // A hint either way: whether the script had an effect is read from the driver link by the
        // caller.
        var effect = process.ExitCode == 0 ? " but had no effect" : "";
        return new Blocker(Reasons.BindingScriptFailed, $"{path} -b {driver} {address} ended with exit code {process.ExitCode}{effect}.{output}");
    }

    // A process inside an unbind that the kernel does not finish cannot be killed either.
    private async Task EndAsync(Process process, PciAddress address)
    {
        process.Kill(entireProcessTree: true);
        try
        {
            await process.WaitForExitAsync(CancellationToken.None).WaitAsync(KillGrace, time, CancellationToken.None);
        }
        catch (TimeoutException)
        {
            locked.Watch(address, Process.GetProcessById(process.Id).WaitForExitAsync(CancellationToken.None));
            throw new StuckCallException($"{path} hangs in the kernel");
        }
    }

    private Blocker NotFound() =>
        new(
            Reasons.BindingScriptNotFound,
            $"The binding script {path} does not exist in the eni-manager container. Mount it there, correct DPDK_BINDING_SCRIPT, or set it to 'native'."
        );

    private Blocker NotExecutable(string why) =>
        new(
            Reasons.BindingScriptNotExecutable,
            $"The binding script {path} cannot be executed ({why}). Make it executable (chmod +x), see that the interpreter of its first line is in "
                + "the eni-manager container, or set DPDK_BINDING_SCRIPT to 'native'."
        );

    private sealed class OutputTail(int limit)
    {
        private readonly StringBuilder _text = new();

        public void Add(string? line)
        {
            if (string.IsNullOrWhiteSpace(line))
            {
                return;
            }

            lock (_text)
            {
                _text.Append(_text.Length == 0 ? "" : "; ").Append(line.Trim());
                if (_text.Length > limit)
                {
                    _text.Remove(0, _text.Length - limit);
                }
            }
        }

        public override string ToString()
        {
            lock (_text)
            {
                return _text.Length == 0 ? "" : $" It said: {_text}";
            }
        }
    }
}
