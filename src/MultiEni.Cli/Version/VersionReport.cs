namespace MultiEni.Cli.Version;

/// <summary>Versions of this program and of what runs in the cluster; those that are not known are absent.</summary>
internal sealed record VersionReport(string Client, string? Controller, string? Managers, string? Cluster);
