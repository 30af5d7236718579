using MultiEni.Ipam.Protocol;

namespace MultiEni.Manager.Setup;

/// <summary>Decides what becomes of the CNI plugin's file on a node.</summary>
internal abstract record PluginStep
{
    private PluginStep() { }

    /// <summary>Put ours there.</summary>
    /// <param name="Version">Its version.</param>
    public sealed record Install(PluginVersion Version) : PluginStep;

    /// <summary>Leave it.</summary>
    /// <param name="Why">The reason, for the log.</param>
    public sealed record Nothing(string Why) : PluginStep;

    /// <summary>Ours cannot be there.</summary>
    /// <param name="Why">The reason and the remedy.</param>
    public sealed record Fail(string Why) : PluginStep;

    /// <summary>
    /// Decides. An older plugin never takes the place of a newer one: what both say to the ENI
    /// manager is understood by older and newer ones, and pods that the newer one gave an address
    /// end with it.
    /// </summary>
    public static PluginStep Decide(PluginFacts facts) =>
        facts switch
        {
            { Folder: "" } => new Nothing($"CNI_BIN_PATH is 0: {IpamPaths.Plugin} is not installed."),
            { FolderExists: false } => new Nothing($"There is no {facts.Folder} (CNI_BIN_PATH): {IpamPaths.Plugin} is not installed."),
            { Ours: null } => new Fail(
                Failed(facts.Folder, $"{facts.Source} is missing or has no version. Use an image that has it, made by eng/build-images.sh")
            ),
            { IsInstalled: true, Installed: null } => new Fail(
                Failed(facts.Folder, $"the {IpamPaths.Plugin} that is there is not of this project. Remove it from the node")
            ),
            { Installed: { } installed, Ours: { } ours } when installed.IsNewerThan(ours) => new Nothing(
                $"{facts.Folder}/{IpamPaths.Plugin} is version {installed} and stays; this release has {ours}."
            ),
            { IsSame: true, Ours: { } ours } => new Nothing($"{facts.Folder}/{IpamPaths.Plugin} is version {ours} already."),
            { Ours: { } ours } => new Install(ours),
        };

    /// <summary>The sentence about a plugin that could not be installed.</summary>
    public static string Failed(string folder, string why) =>
        $"The CNI plugin {IpamPaths.Plugin} could not be put into {folder}: {why.TrimEnd('.')}. Then restart the ENI manager's pod; "
        + "where pods take no addresses of ENIs, set eniManager.ipam.enabled=false.";
}

/// <summary>What the node and the image have of the CNI plugin.</summary>
internal sealed record PluginFacts
{
    /// <summary>The node's CNI folder; empty when the plugin is not wanted.</summary>
    public required string Folder { get; init; }

    /// <summary>Whether it exists.</summary>
    public required bool FolderExists { get; init; }

    /// <summary>The file in the image.</summary>
    public string Source { get; init; } = "";

    /// <summary>Version of the file in the image; null when there is none.</summary>
    public PluginVersion? Ours { get; init; }

    /// <summary>Whether the folder has a file of that name.</summary>
    public bool IsInstalled { get; init; }

    /// <summary>Version of that file; null when it is not of this project.</summary>
    public PluginVersion? Installed { get; init; }

    /// <summary>Whether both files are the same.</summary>
    public bool IsSame { get; init; }
}
