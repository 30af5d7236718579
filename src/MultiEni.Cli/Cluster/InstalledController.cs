using System.Globalization;
using MultiEni.Api;
using MultiEni.Api.Kubernetes;
using MultiEni.Cli.Invocation;
using MultiEni.Controller;

namespace MultiEni.Cli.Cluster;

/// <summary>How the controller of a cluster is configured; also answers when none is installed.</summary>
/// <param name="connection">The cluster.</param>
internal sealed class InstalledController(ClusterConnection connection)
{
    /// <summary>
    /// An environment variable in the controller's Deployment; null if there is none.
    /// </summary>
    public async Task<string?> SettingAsync(string variable, CancellationToken cancellationToken)
    {
        var key = new ObjectKey(connection.InstallNamespace, Names.Controller);
        var deployment = await connection.Client.GetAsync(ClusterKinds.Deployment, key, cancellationToken);
        return deployment?.Container(Names.Controller)?.Value(variable);
    }

    /// <summary>The cluster name in the ENIs' tags.</summary>
    public async Task<string> ClusterNameAsync(CancellationToken cancellationToken) =>
        await ClusterIdentity.FindAsync(connection.Client, await SettingAsync("CLUSTER_NAME", cancellationToken) ?? "", cancellationToken);

    /// <summary>The device index of NodeENIs that say 0.</summary>
    public async Task<int> DefaultDeviceIndexAsync(CancellationToken cancellationToken) =>
        int.TryParse(await SettingAsync("DEFAULT_DEVICE_INDEX", cancellationToken), NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            ? index
            : 1;

    /// <summary>The AWS Region: the user's, else the controller's.</summary>
    /// <exception cref="CommandFailedException">Nothing tells it.</exception>
    public async Task<string> RegionAsync(CliContext context, CancellationToken cancellationToken) =>
        RegionOf(context) ?? await SettingAsync("AWS_REGION", cancellationToken) ?? throw UnknownRegion();

    /// <summary>The AWS Region that the environment names; null for none.</summary>
    public static string? RegionOf(CliContext context) =>
        context.Environment("AWS_REGION") is { Length: > 0 } region ? region
        : context.Environment("AWS_DEFAULT_REGION") is { Length: > 0 } fallback ? fallback
        : null;

    /// <summary>Nothing tells the Region.</summary>
    public static CommandFailedException UnknownRegion() => new("The AWS Region is unknown.", "Set --region or AWS_REGION.", ExitCodes.Usage);
}
