using System.Text.Json.Nodes;
using MultiEni.Api;
using MultiEni.Simulator.Kubernetes.Errors;
using MultiEni.Simulator.Kubernetes.Storage;

namespace MultiEni.Reliability.Lab;

/// <summary>
/// The ENI managers of all nodes in a few lines: each takes a device into care when its ENI is
/// attached, says that it is configured, and gives it back before it goes. They answer after a
/// moment, and not at all once their node is gone.
/// </summary>
internal sealed class NodeAgents(Cluster cluster)
{
    private const string Attachments = $"{Names.EniAttachmentPlural}.{Names.Group}";
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(0.5);

    /// <summary>Whether they answer at all.</summary>
    public bool AreSilent { get; set; }

    /// <summary>
    /// Why they do not give devices back, as they say in the condition Released; null while they
    /// do.
    /// </summary>
    public string? Refusal { get; set; }

    /// <summary>
    /// Why they do not take devices into care, as they say in the condition Configured; null while
    /// they do.
    /// </summary>
    public string? Fault { get; set; }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        // A watch that was broken on purpose ends; the next begins with everything there is.
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await FollowAsync(cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                // The cluster is taken down.
            }
        }
    }

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        await foreach (var change in cluster.Kubernetes.Store.WatchAsync(Attachments, "", null, null, since: null, cancellationToken))
        {
            if (change is { Type: not ChangeType.Deleted, Object: { } attachment } && IsToDo(attachment))
            {
                _ = ActAsync(attachment["metadata"]!["name"]!.GetValue<string>(), cancellationToken);
            }
        }
    }

    private async Task ActAsync(string name, CancellationToken cancellationToken)
    {
        await Task.Delay(Moment, cluster.Time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        try
        {
            if (cancellationToken.IsCancellationRequested || cluster.Kubernetes.Store.Find(Attachments, name) is not { } attachment)
            {
                return;
            }

            if (!IsToDo(attachment) || AreSilent)
            {
                return;
            }

            if (IsDeleting(attachment) && Refusal is { } why)
            {
                cluster.Kubernetes.Store.Apply(Attachments, Saying(attachment, ConditionTypes.Released, "False", "DriverBusy", why), Status);
                return;
            }

            if (!IsDeleting(attachment) && Fault is { } fault)
            {
                cluster.Kubernetes.Store.Apply(
                    Attachments,
                    Saying(attachment, ConditionTypes.Configured, "False", Reasons.DriverModuleUnavailable, fault),
                    Status
                );
                return;
            }

            cluster.Kubernetes.Store.Change(Attachments, name, live => ToggleFinalizer(live));
            if (!IsDeleting(attachment))
            {
                cluster.Kubernetes.Store.Apply(
                    Attachments,
                    Saying(attachment, ConditionTypes.Configured, "True", "Configured", "the link is up"),
                    Status
                );
            }
        }
        catch (StatusException)
        {
            // It went meanwhile.
        }
    }

    private static WriteOptions Status { get; } =
        new()
        {
            Subresource = "status",
            FieldManager = Names.Manager,
            Force = true,
        };

    private bool IsToDo(JsonObject attachment)
    {
        if (cluster.Kubernetes.Store.Find("nodes", attachment["spec"]!["nodeName"]!.GetValue<string>()) is null)
        {
            return false;
        }

        var inCare = Finalizers(attachment).Contains(Names.DeviceFinalizer);
        var network = attachment["status"]?["network"];
        return IsDeleting(attachment)
            ? inCare
            : Text(network?["state"]) == "Attached"
                && (!inCare || Text(attachment["status"]!["device"]?["attachmentID"]) != Text(network?["attachmentID"]));
    }

    private static void ToggleFinalizer(JsonObject attachment)
    {
        var finalizers = Finalizers(attachment);
        var wanted = IsDeleting(attachment)
            ? finalizers.Where(finalizer => finalizer != Names.DeviceFinalizer)
            : finalizers.Append(Names.DeviceFinalizer).Distinct();
        attachment["metadata"]!["finalizers"] = new JsonArray([.. wanted.Select(finalizer => (JsonNode)finalizer)]);
    }

    /// <summary>
    /// Looks at everything once more, after <see cref="AreSilent"/> or <see cref="Refusal"/> was
    /// changed.
    /// </summary>
    public void Wake()
    {
        foreach (var attachment in cluster.Kubernetes.Store.List(Attachments).Where(IsToDo))
        {
            _ = ActAsync(attachment["metadata"]!["name"]!.GetValue<string>(), CancellationToken.None);
        }
    }

    private JsonObject Saying(JsonObject attachment, string type, string status, string reason, string message) =>
        new()
        {
            ["metadata"] = new JsonObject { ["name"] = attachment["metadata"]!["name"]!.GetValue<string>() },
            ["status"] = new JsonObject
            {
                ["device"] = new JsonObject
                {
                    ["attachmentID"] = Text(attachment["status"]?["network"]?["attachmentID"]),
                    ["pciAddress"] = "0000:00:06.0",
                    ["driver"] = "ena",
                },
                ["conditions"] = new JsonArray(
                    new JsonObject
                    {
                        ["type"] = type,
                        ["status"] = status,
                        ["reason"] = reason,
                        ["message"] = message,
                        ["lastTransitionTime"] = cluster.Time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'"),
                    }
                ),
            },
        };

    private static string? Text(JsonNode? node) => node?.GetValue<string>();

    private static List<string> Finalizers(JsonObject attachment) =>
        [.. (attachment["metadata"]!["finalizers"] as JsonArray ?? []).Select(finalizer => finalizer!.GetValue<string>())];

    private static bool IsDeleting(JsonObject attachment) => attachment["metadata"]!["deletionTimestamp"] is not null;
}
