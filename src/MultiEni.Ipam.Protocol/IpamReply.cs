namespace MultiEni.Ipam.Protocol;

/// <summary>The ENI manager's answer: addresses, or an error.</summary>
public sealed record IpamReply
{
    /// <summary>The addresses of the interface.</summary>
    public List<IpamAddress>? Addresses { get; set; }

    /// <summary>Why there are none; null when the request succeeded.</summary>
    public IpamError? Error { get; set; }
}

/// <summary>An address for an interface of a pod.</summary>
public sealed record IpamAddress
{
    /// <summary>The address with the prefix length of its subnet.</summary>
    public string Address { get; set; } = "";

    /// <summary>The router of the subnet; null where router advertisements name it.</summary>
    public string? Gateway { get; set; }
}

/// <summary>An error as CNI has them, with text for whoever reads the pod's events.</summary>
public sealed record IpamError
{
    /// <summary>One of <see cref="IpamErrorCodes"/>.</summary>
    public int Code { get; set; }

    /// <summary>What is the case, and the remedy.</summary>
    public string Message { get; set; } = "";
}

/// <summary>
/// Error codes: those below 100 are of the CNI specification
/// (https://www.cni.dev/docs/spec/#error).
/// </summary>
public static class IpamErrorCodes
{
    /// <summary>The version of CNI is not supported, or lacks the command.</summary>
    public const int IncompatibleVersion = 1;

    /// <summary>The container is unknown.</summary>
    public const int UnknownContainer = 3;

    /// <summary>Environment variables are missing or wrong.</summary>
    public const int InvalidEnvironment = 4;

    /// <summary>A file cannot be read or written.</summary>
    public const int InputOutput = 5;

    /// <summary>The configuration cannot be parsed.</summary>
    public const int Undecodable = 6;

    /// <summary>The configuration asks for something that is not possible.</summary>
    public const int InvalidConfiguration = 7;

    /// <summary>It may be possible later: the runtime tries again.</summary>
    public const int TryAgainLater = 11;

    /// <summary>STATUS: nothing can be given at present.</summary>
    public const int NotAvailable = 50;

    /// <summary>CHECK: the interface was given another address than the runtime says.</summary>
    public const int AddressMismatch = 100;

    /// <summary>A defect of the plugin, as the plugins of the CNI project report theirs.</summary>
    public const int Internal = 999;
}
