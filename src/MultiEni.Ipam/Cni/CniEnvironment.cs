using MultiEni.Ipam.Protocol;

namespace MultiEni.Ipam.Cni;

/// <summary>What the runtime says in the environment.</summary>
internal sealed record CniEnvironment
{
    // Kernel: IFNAMSIZ is 16 with the terminating zero.
    private const int LongestInterface = 15;

    // Together with the interface's name it is the name of a file (255 bytes).
    private const int LongestContainerId = 200;

    /// <summary>One of <see cref="IpamCommands"/>, or <see cref="Version"/>.</summary>
    public required string Command { get; init; }

    /// <summary>The sandbox; empty for commands that concern none.</summary>
    public string ContainerId { get; private init; } = "";

    /// <summary>Path of its network namespace, if known.</summary>
    public string? NetworkNamespace { get; private init; }

    /// <summary>The interface in it; empty for commands that concern none.</summary>
    public string Interface { get; private init; } = "";

    /// <summary>Which versions of CNI are supported?</summary>
    public const string Version = "VERSION";

    /// <summary>Reads it.</summary>
    /// <param name="variable">Reads a variable; null when it is not set.</param>
    /// <exception cref="CniException">Something is missing or wrong.</exception>
    public static CniEnvironment Read(Func<string, string?> variable)
    {
        var command = variable(CniVariables.Command) ?? "";
        switch (command)
        {
            case Version or IpamCommands.Gc or IpamCommands.Status:
                return new CniEnvironment { Command = command };
            case IpamCommands.Add or IpamCommands.Check or IpamCommands.Del:
                return new CniEnvironment
                {
                    Command = command,
                    ContainerId = Checked(
                        variable,
                        CniVariables.ContainerId,
                        IsContainerId,
                        "letters, digits, '.', '_' and '-', the first a letter or digit, at most 200"
                    ),
                    Interface = Checked(
                        variable,
                        CniVariables.Interface,
                        IsInterface,
                        "the name of an interface: at most 15 characters without '/', ':' and spaces"
                    ),
                    // A namespace that is gone has no path any more.
                    NetworkNamespace =
                        command == IpamCommands.Del
                            ? Optional(variable(CniVariables.NetworkNamespace))
                            : Checked(variable, CniVariables.NetworkNamespace, Path.IsPathFullyQualified, "an absolute path"),
                };
            default:
                throw Wrong(
                    CniVariables.Command,
                    command,
                    "ADD, DEL, CHECK, GC, STATUS or VERSION. Container runtimes set it; this program is not run by hand"
                );
        }
    }

    private static string Checked(Func<string, string?> variable, string name, Func<string, bool> isValid, string expected) =>
        Optional(variable(name)) is { } value && isValid(value) ? value : throw Wrong(name, variable(name), expected);

    private static CniException Wrong(string name, string? value, string expected) =>
        new(
            new CniError(
                IpamErrorCodes.InvalidEnvironment,
                string.IsNullOrEmpty(value) ? $"The variable {name} is not set." : $"The variable {name} is '{value}'.",
                $"{name} must be {expected}."
            )
        );

    private static bool IsContainerId(string text) =>
        text.Length <= LongestContainerId
        && char.IsAsciiLetterOrDigit(text[0])
        && text.All(character => char.IsAsciiLetterOrDigit(character) || character is '.' or '_' or '-');

    private static bool IsInterface(string text) =>
        text.Length <= LongestInterface
        && text is not ("." or "..")
        && text.All(character => char.IsAscii(character) && !char.IsControl(character) && character is not ('/' or ':' or ' '));

    private static string? Optional(string? text) => string.IsNullOrEmpty(text) ? null : text;
}

/// <summary>What the runtime says in <c>CNI_ARGS</c>; what is not known here is ignored.</summary>
internal sealed record CniArguments
{
    /// <summary>Namespace of the pod.</summary>
    public string? PodNamespace { get; private init; }

    /// <summary>Name of the pod.</summary>
    public string? PodName { get; private init; }

    /// <summary>UID of the pod.</summary>
    public string? PodUid { get; private init; }

    /// <summary>Addresses that are asked for, as the static plugin has them.</summary>
    public IReadOnlyList<string> Addresses { get; private init; } = [];

    /// <summary>Parses <c>KEY=VALUE;...</c></summary>
    /// <exception cref="CniException">It has another form.</exception>
    public static CniArguments Parse(string? text)
    {
        var arguments = new CniArguments();
        foreach (var pair in (text ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var equals = pair.IndexOf('=');
            if (equals <= 0)
            {
                throw new CniException(
                    new CniError(
                        IpamErrorCodes.InvalidEnvironment,
                        $"The variable {CniVariables.Arguments} has '{pair}'.",
                        "It must be KEY=VALUE pairs, separated by semicolons."
                    )
                );
            }

            var value = pair[(equals + 1)..];
            arguments = pair[..equals] switch
            {
                "K8S_POD_NAMESPACE" => arguments with { PodNamespace = value },
                "K8S_POD_NAME" => arguments with { PodName = value },
                "K8S_POD_UID" => arguments with { PodUid = value },
                "IP" => arguments with { Addresses = value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) },
                _ => arguments,
            };
        }

        return arguments;
    }
}

/// <summary>Variables of the environment that CNI defines.</summary>
internal static class CniVariables
{
    /// <summary>What to do.</summary>
    public const string Command = "CNI_COMMAND";

    /// <summary>The sandbox.</summary>
    public const string ContainerId = "CNI_CONTAINERID";

    /// <summary>Path of the sandbox's network namespace.</summary>
    public const string NetworkNamespace = "CNI_NETNS";

    /// <summary>The interface in the sandbox.</summary>
    public const string Interface = "CNI_IFNAME";

    /// <summary>More, as <c>KEY=VALUE;...</c></summary>
    public const string Arguments = "CNI_ARGS";
}
