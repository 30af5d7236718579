using System.Diagnostics;
using MultiEni.Ipam.Cni;
using MultiEni.Ipam.Node;
using MultiEni.Ipam.Protocol;

namespace MultiEni.Ipam;

/// <summary>One call of the plugin.</summary>
/// <param name="variable">Reads a variable of the environment; null when it is not set.</param>
/// <param name="time">The clock of the limits.</param>
internal sealed class Plugin(Func<string, string?> variable, TimeProvider time)
{
    // The ENI manager may wait for an address that EC2 has yet to assign.
    private static readonly TimeSpan AddLimit = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    private string _version = CniVersion.Latest.Name;

    /// <summary>Runs it.</summary>
    /// <param name="input">The network configuration.</param>
    public PluginOutcome Run(Stream input)
    {
        try
        {
            var environment = CniEnvironment.Read(variable);
            var text = ReadAll(input);
            return environment.Command switch
            {
                CniEnvironment.Version => PluginOutcome.Success(CniVersion.Answer(VersionOf(text))),
                IpamCommands.Del => Delete(environment, text),
                _ => Ask(environment, text),
            };
        }
        catch (CniException error)
        {
            return Failure(error.Error);
        }
        // The runtime shows users what is printed as CNI's error, and nothing of a program that crashes.
        catch (Exception error)
        {
            return Failure(new CniError(IpamErrorCodes.Internal, $"{IpamPaths.Plugin} failed: {error}"));
        }
    }

    private PluginOutcome Ask(CniEnvironment environment, byte[] text)
    {
        var configuration = NetworkConfiguration.Parse(text);
        var version = CniVersion.Demand(configuration.CniVersion, environment.Command);
        _version = version.Name;
        var request = PluginRequest.Make(environment, CniArguments.Parse(variable(CniVariables.Arguments)), configuration);
        var warning = environment.Command == IpamCommands.Add ? RemoveNote(configuration, request) : null;
        var answer = new ManagerConnection(configuration.Socket, time).Ask(request, environment.Command == IpamCommands.Add ? AddLimit : Limit);
        var outcome = answer switch
        {
            ManagerAnswer.None none => Failure(Away(environment.Command, configuration.Socket, none.Why)),
            ManagerAnswer.Replied { Reply.Error: { } error } => Failure(new CniError(error.Code, error.Message)),
            ManagerAnswer.Replied { Reply: var reply } => Answered(environment.Command, version, reply, configuration),
            _ => throw new UnreachableException($"{answer}"),
        };
        return outcome with { Warning = warning };
    }

    private PluginOutcome Answered(string command, CniVersion version, IpamReply reply, NetworkConfiguration configuration) =>
        command switch
        {
            IpamCommands.Add when reply.Addresses is { Count: > 0 } addresses => PluginOutcome.Success(
                CniResult.Write(version, addresses, configuration)
            ),
            IpamCommands.Add => Failure(Away(command, configuration.Socket, "its answer has no address")),
            IpamCommands.Check when PluginRequest.Compare(reply.Addresses, configuration) is { } error => Failure(error),
            _ => PluginOutcome.Success(default),
        };

    // A pod must be able to end whatever is wrong with its network: nothing but an unknown
    // interface is an error.
    private PluginOutcome Delete(CniEnvironment environment, byte[] text)
    {
        var configuration = Lenient(() => NetworkConfiguration.Parse(text), new NetworkConfiguration());
        var arguments = Lenient(() => CniArguments.Parse(variable(CniVariables.Arguments)), new CniArguments());
        var request = PluginRequest.Make(environment, arguments, configuration);
        var why = new ManagerConnection(configuration.Socket, time).Ask(request, Limit) switch
        {
            ManagerAnswer.None none => none.Why,
            ManagerAnswer.Replied { Reply.Error: { } error } => error.Message,
            _ => null,
        };
        if (why is null)
        {
            return PluginOutcome.Success(default);
        }

        try
        {
            new DeletionNotes(configuration.Notes).Write(request);
            return PluginOutcome.Success(default);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The ENI manager frees what belongs to no pod and no namespace, only later.
            return PluginOutcome.Success(default) with
            {
                Warning =
                    $"{IpamPaths.Plugin}: the ENI manager could not be told that {request.ContainerId} has no {request.Interface} any more ({why}), and no note could be left in {configuration.Notes}: {error.Message}",
            };
        }
    }

    private static string? RemoveNote(NetworkConfiguration configuration, IpamRequest request)
    {
        try
        {
            new DeletionNotes(configuration.Notes).Remove(request);
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return $"{IpamPaths.Plugin}: an old note in {configuration.Notes} could not be removed: {error.Message}";
        }
    }

    private static T Lenient<T>(Func<T> read, T fallback)
    {
        try
        {
            return read();
        }
        catch (CniException)
        {
            return fallback;
        }
    }

    private static CniError Away(string command, string socket, string why) =>
        new(
            command == IpamCommands.Status ? IpamErrorCodes.NotAvailable : IpamErrorCodes.TryAgainLater,
            $"The ENI manager of this node could not be asked at {socket}: {why}.",
            "The pod is tried again by itself. If this goes on, look at the node's ENI manager: kubectl get pods -A -o wide -l app.kubernetes.io/component=manager."
        );

    private PluginOutcome Failure(CniError error) => new(1, error.Write(_version), null);

    private static string? VersionOf(byte[] text) => Lenient(() => NetworkConfiguration.Parse(text).CniVersion, null);

    private static byte[] ReadAll(Stream input)
    {
        using var text = new MemoryStream();
        input.CopyTo(text);
        return text.ToArray();
    }
}

/// <summary>What the plugin ends with.</summary>
/// <param name="ExitCode">0, or 1 with an error.</param>
/// <param name="Output">For standard output.</param>
/// <param name="Warning">For standard error, which runtimes log.</param>
internal sealed record PluginOutcome(int ExitCode, ReadOnlyMemory<byte> Output, string? Warning)
{
    /// <summary>It succeeded.</summary>
    public static PluginOutcome Success(ReadOnlyMemory<byte> output) => new(0, output, null);
}
