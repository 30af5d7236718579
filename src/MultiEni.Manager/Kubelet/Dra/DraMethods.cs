namespace MultiEni.Manager.Kubelet.Dra;

/// <summary>Names of the kubelet's interfaces for DRA drivers.</summary>
internal static class DraMethods
{
    /// <summary>
    /// What kind of plugin the driver is, among those that register in the same folder.
    /// </summary>
    internal const string PluginType = "DRAPlugin";

    internal const string GetInfo = "pluginregistration.Registration/GetInfo";
    internal const string NotifyRegistrationStatus = "pluginregistration.Registration/NotifyRegistrationStatus";
    internal const string Prepare = "k8s.io.kubelet.pkg.apis.dra.v1.DRAPlugin/NodePrepareResources";
    internal const string PrepareBeta = "k8s.io.kubelet.pkg.apis.dra.v1beta1.DRAPlugin/NodePrepareResources";
    internal const string Unprepare = "k8s.io.kubelet.pkg.apis.dra.v1.DRAPlugin/NodeUnprepareResources";
    internal const string UnprepareBeta = "k8s.io.kubelet.pkg.apis.dra.v1beta1.DRAPlugin/NodeUnprepareResources";
    internal const string WatchHealth = "v1.DRAResourceHealth/NodeWatchResources";
    internal const string WatchHealthAlpha = "v1alpha1.DRAResourceHealth/NodeWatchResources";

    /// <summary>
    /// The services as they are told to the kubelet, which takes the first of a kind that it knows:
    /// 1.32 and 1.33 know <c>v1beta1</c> only, and health is <c>v1</c> from 1.37 on.
    /// </summary>
    internal static IReadOnlyList<string> Services { get; } =
    ["v1.DRAPlugin", "v1beta1.DRAPlugin", "v1.DRAResourceHealth", "v1alpha1.DRAResourceHealth"];
}
