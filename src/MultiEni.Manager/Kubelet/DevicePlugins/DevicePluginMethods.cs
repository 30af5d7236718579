namespace MultiEni.Manager.Kubelet.DevicePlugins;

/// <summary>Names of the kubelet's device plugin API, version v1beta1.</summary>
internal static class DevicePluginMethods
{
    internal const string ApiVersion = "v1beta1";
    internal const string Register = "v1beta1.Registration/Register";
    internal const string GetOptions = "v1beta1.DevicePlugin/GetDevicePluginOptions";
    internal const string ListAndWatch = "v1beta1.DevicePlugin/ListAndWatch";
    internal const string GetPreferredAllocation = "v1beta1.DevicePlugin/GetPreferredAllocation";
    internal const string Allocate = "v1beta1.DevicePlugin/Allocate";
    internal const string PreStartContainer = "v1beta1.DevicePlugin/PreStartContainer";
}
