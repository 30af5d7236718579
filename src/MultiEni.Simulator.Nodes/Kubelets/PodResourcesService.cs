using Grpc.Core;
using MultiEni.Simulator.Nodes.Kubelets.Protocol.PodResourcesApi;

namespace MultiEni.Simulator.Nodes.Kubelets;

/// <summary>Tells which pods have which devices.</summary>
internal sealed class PodResourcesService(KubeletDeviceManager manager) : PodResourcesLister.PodResourcesListerBase
{
    public override Task<ListPodResourcesResponse> List(ListPodResourcesRequest request, ServerCallContext context)
    {
        var answer = new ListPodResourcesResponse();
        foreach (var pod in manager.PodDevices().GroupBy(held => (held.Namespace, held.Pod)))
        {
            var entry = new PodResources { Namespace = pod.Key.Namespace, Name = pod.Key.Pod };
            foreach (var container in pod.GroupBy(held => held.Container, StringComparer.Ordinal))
            {
                var resources = new ContainerResources { Name = container.Key };
                foreach (var held in container)
                {
                    var devices = new ContainerDevices { ResourceName = held.Resource };
                    devices.DeviceIds.AddRange(held.Devices);
                    resources.Devices.Add(devices);
                }

                entry.Containers.Add(resources);
            }

            answer.PodResources.Add(entry);
        }

        return Task.FromResult(answer);
    }

    public override Task<AllocatableResourcesResponse> GetAllocatableResources(AllocatableResourcesRequest request, ServerCallContext context)
    {
        var answer = new AllocatableResourcesResponse();
        foreach (var resource in manager.Resources)
        {
            var devices = new ContainerDevices { ResourceName = resource };
            devices.DeviceIds.AddRange(manager.Devices(resource).Where(device => device.Healthy).Select(device => device.Id));
            answer.Devices.Add(devices);
        }

        return Task.FromResult(answer);
    }
}
