using System.Text.RegularExpressions;
using MultiEni.Manager.Devices;

namespace MultiEni.Manager.Safety;

/// <summary>What the administrator allows.</summary>
internal sealed record SafetyPolicy
{
    /// <summary>Devices that may be handed to a user-space driver.</summary>
    public IReadOnlyList<PciIds> AllowedDevices { get; init; } = PciIds.ElasticNetworkAdapters;

    /// <summary>An interface that is never touched, in addition to those found out; empty for none.</summary>
    public string PrimaryInterface { get; init; } = "";

    /// <summary>Interfaces must match it to be touched.</summary>
    public Regex InterfacePattern { get; init; } = new("^", RegexOptions.None, TimeSpan.FromSeconds(1));

    /// <summary>Interfaces that are never touched.</summary>
    public IReadOnlyList<string> IgnoredInterfaces { get; init; } = [];

    /// <summary>Whether an ena driver that may crash the kernel while it lets a device go is accepted (S12).</summary>
    public bool AcceptKnownBadEna { get; init; }
}
