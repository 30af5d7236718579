using Grpc.Core;
using MultiEni.Simulator.Nodes.Kubelets.Protocol.DevicePluginApi;

namespace MultiEni.Simulator.Nodes.Kubelets;

/// <summary>Where plugins register.</summary>
internal sealed class RegistrationService(KubeletDeviceManager manager) : Registration.RegistrationBase
{
    private const string SupportedVersion = "v1beta1";

    public override Task<Empty> Register(RegisterRequest request, ServerCallContext context)
    {
        if (request.Version != SupportedVersion)
        {
            throw Refuse($"requested API version \"{request.Version}\" is not supported by kubelet. Supported version is \"{SupportedVersion}\"");
        }

        if (!DevicePlugins.DevicePlugin.IsAcceptedByKubelet(request.ResourceName))
        {
            throw Refuse($"the ResourceName \"{request.ResourceName}\" is invalid");
        }

        manager.Register(
            new KubeletRegistration(
                request.ResourceName,
                request.Endpoint,
                request.Version,
                request.Options?.PreStartRequired ?? false,
                request.Options?.GetPreferredAllocationAvailable ?? false
            )
        );
        return Task.FromResult(new Empty());
    }

    private static RpcException Refuse(string why) => new(new Status(StatusCode.Unknown, why));
}
