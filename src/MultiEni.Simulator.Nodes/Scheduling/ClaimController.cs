using System.Text.Json.Nodes;
using MultiEni.Api.Kubernetes;
using MultiEni.Operator.Client;
using MultiEni.Operator.Informers;
using MultiEni.Simulator.Nodes.Cluster;
using MultiEni.Simulator.Nodes.Kubelets.Claims;

namespace MultiEni.Simulator.Nodes.Scheduling;

/// <summary>
/// Makes the claims of pods out of templates, and releases claims whose pods have ended, as the
/// controller of that name in kube-controller-manager does.
/// </summary>
internal sealed class ClaimController(ClusterPart part)
{
    private const string PodClaimName = "resource.kubernetes.io/pod-claim-name";

    internal Task StartAsync(CancellationToken cancellationToken) =>
        part.FollowAsync(ClusterKinds.Pods, InformerScope.All, SeePodAsync, cancellationToken);

    private async Task SeePodAsync(ClusterObject pod, bool gone)
    {
        if (gone || pod.Phase is "Succeeded" or "Failed")
        {
            await ReleaseAsync(pod, gone);
        }
        else if (!pod.Metadata.IsBeingDeleted && !PodClaims.AreMade(pod))
        {
            await GenerateAsync(pod);
        }
    }

    private async Task GenerateAsync(ClusterObject pod)
    {
        var made = (pod["status"]?["resourceClaimStatuses"] as JsonArray ?? []).Select(status => status!["name"]!.GetValue<string>()).ToHashSet();
        var statuses = new JsonArray();
        foreach (var entry in PodClaims.Entries(pod))
        {
            var name = entry["name"]!.GetValue<string>();
            if (entry["resourceClaimTemplateName"]?.GetValue<string>() is not { } template || made.Contains(name))
            {
                continue;
            }

            var key = new ObjectKey(pod.Namespace, template);
            if (await part.AskAsync((client, stop) => client.GetAsync(ClusterKinds.ResourceClaimTemplates, key, stop)) is not { } found)
            {
                // The pod waits for its template; any change of it is a reason to look again.
                part.PostLater(TimeSpan.FromSeconds(1), () => SeePodAsync(pod, gone: false));
                return;
            }

            var claim = ClaimOf(pod, name, found);
            await part.AskAsync((client, stop) => client.CreateAsync(ClusterKinds.ResourceClaims, claim, stop));
            statuses.Add((JsonNode)new JsonObject { ["name"] = name, ["resourceClaimName"] = claim.Name });
        }

        if (statuses.Count > 0)
        {
            await part.WritePodStatusAsync(pod.Key, pod.Uid, new JsonObject { ["resourceClaimStatuses"] = statuses });
        }
    }

    private async Task ReleaseAsync(ClusterObject pod, bool gone)
    {
        foreach (var name in PodClaims.Of(pod))
        {
            var key = new ObjectKey(pod.Namespace, name);
            if (await part.AskAsync((client, stop) => client.GetAsync(ClusterKinds.ResourceClaims, key, stop)) is not { } claim)
            {
                continue;
            }

            var users = (claim["status"]?["reservedFor"] as JsonArray ?? []).OfType<JsonObject>().ToList();
            var others = users.Where(user => user["uid"]?.GetValue<string>() != pod.Uid).ToList();
            if (others.Count < users.Count)
            {
                await WriteAsync(claim, others);
            }

            if (gone && claim.Metadata.OwnerReferences?.Exists(owner => owner.Uid == pod.Uid) == true)
            {
                var options = new DeleteOptions { Uid = claim.Uid };
                await part.AskAsync((client, stop) => client.DeleteAsync(ClusterKinds.ResourceClaims, key, options, stop));
            }
        }
    }

    // The last user takes the allocation with it, and with that what drivers said of the devices.
    private Task<ClusterObject?> WriteAsync(ClusterObject claim, List<JsonObject> users)
    {
        var status = new JsonObject { ["reservedFor"] = users.Count == 0 ? null : new JsonArray([.. users.Select(user => user.DeepClone())]) };
        if (users.Count == 0)
        {
            status["allocation"] = null;
            status["devices"] = null;
        }

        var patch = new JsonObject
        {
            ["metadata"] = new JsonObject { ["uid"] = claim.Uid },
            ["status"] = status,
        };
        return part.AskAsync((client, stop) => client.MergePatchAsync(ClusterKinds.ResourceClaims, claim.Key, patch, "status", stop));
    }

    private static ClusterObject ClaimOf(ClusterObject pod, string entry, ClusterObject template)
    {
        var metadata = (template["spec"]?["metadata"]?.DeepClone() as JsonObject) ?? [];
        metadata["name"] = $"{pod.Name}-{entry}-{pod.Uid[..5]}";
        metadata["namespace"] = pod.Namespace;
        var annotations = metadata["annotations"] as JsonObject ?? [];
        annotations[PodClaimName] = entry;
        metadata["annotations"] = annotations.Parent is null ? annotations : annotations.DeepClone();
        metadata["ownerReferences"] = new JsonArray(
            new JsonObject
            {
                ["apiVersion"] = "v1",
                ["kind"] = "Pod",
                ["name"] = pod.Name,
                ["uid"] = pod.Uid,
                ["controller"] = true,
                ["blockOwnerDeletion"] = true,
            }
        );
        return new ClusterObject(new JsonObject { ["metadata"] = metadata, ["spec"] = template["spec"]!["spec"]!.DeepClone() });
    }
}
