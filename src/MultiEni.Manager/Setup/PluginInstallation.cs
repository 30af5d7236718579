using System.Diagnostics;
using Microsoft.Extensions.Logging;
using MultiEni.Ipam.Protocol;
using MultiEni.Manager.Telemetry;

namespace MultiEni.Manager.Setup;

/// <summary>
/// Puts the CNI plugin <c>eni-ipam</c>, which is beside this program in its image, into the node's
/// CNI folder. It stays there when the chart goes: pods that have an address need it to end.
/// </summary>
/// <param name="folder">The node's CNI folder; empty when the plugin is not wanted.</param>
/// <param name="source">The plugin's file in the image.</param>
/// <param name="recordPath">Where a failure is noted for the ENI manager.</param>
/// <param name="logger">Where it logs.</param>
internal sealed class PluginInstallation(string folder, string source, string recordPath, ILogger logger)
{
    private const UnixFileMode Mode =
        UnixFileMode.UserRead
        | UnixFileMode.UserWrite
        | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead
        | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead
        | UnixFileMode.OtherExecute;

    /// <summary>Where the plugin is in the image.</summary>
    public static string BesideThisProgram => Path.Combine(AppContext.BaseDirectory, IpamPaths.Plugin);

    /// <summary>Runs it.</summary>
    /// <returns>
    /// Why the plugin of this release is not on the node; empty when it is, or is not wanted.
    /// </returns>
    public string Run()
    {
        var problem = "";
        try
        {
            var step = PluginStep.Decide(Observe(out var file));
            if (step is PluginStep.Install)
            {
                Replace(file!);
            }

            problem = Report(step);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            problem = PluginStep.Failed(folder, error.Message);
        }

        if (problem.Length > 0)
        {
            Log.SetupWarning(logger, problem);
        }

        Note(problem);
        return problem;
    }

    private string Target => Path.Combine(folder, IpamPaths.Plugin);

    private PluginFacts Observe(out byte[]? file)
    {
        file = null;
        if (folder.Length == 0 || !Directory.Exists(folder))
        {
            return new PluginFacts { Folder = folder, FolderExists = false };
        }

        file = File.Exists(source) ? File.ReadAllBytes(source) : null;
        var installed = File.Exists(Target) ? File.ReadAllBytes(Target) : null;
        return new PluginFacts
        {
            Folder = folder,
            FolderExists = true,
            Source = source,
            Ours = file is null ? null : PluginVersion.Find(file),
            IsInstalled = installed is not null,
            Installed = installed is null ? null : PluginVersion.Find(installed),
            IsSame = file is not null && installed is not null && file.AsSpan().SequenceEqual(installed),
        };
    }

    // A runtime that starts the plugin at this moment starts the old file or the new one.
    private void Replace(byte[] file)
    {
        foreach (var left in Directory.EnumerateFiles(folder, $".{IpamPaths.Plugin}.*.tmp"))
        {
            File.Delete(left);
        }

        var temporary = Path.Combine(folder, $".{IpamPaths.Plugin}.{Guid.NewGuid():N}.tmp");
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                stream.Write(file);
                if (!OperatingSystem.IsWindows())
                {
                    File.SetUnixFileMode(stream.SafeFileHandle, Mode);
                }

                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, Target, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    private string Report(PluginStep step)
    {
        switch (step)
        {
            case PluginStep.Install install:
                Log.SetUp(logger, $"{Target} is version {install.Version}.");
                return "";
            case PluginStep.Nothing nothing:
                Log.SetUp(logger, nothing.Why);
                return "";
            case PluginStep.Fail fail:
                return fail.Why;
            default:
                throw new UnreachableException($"{step}");
        }
    }

    private void Note(string problem)
    {
        var noted = SetupRecord.Read(recordPath);
        if (noted.PluginProblem == problem)
        {
            return;
        }

        try
        {
            (noted with { PluginProblem = problem }).Write(recordPath);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Log.PluginProblemNotNoted(logger, recordPath, error.Message);
        }
    }
}
