using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using MultiEni.Controller.Ec2.Failures;
using MultiEni.Controller.Ec2.Inventory;
using MultiEni.Controller.Leading;

namespace MultiEni.Controller.Ec2.Permissions;

/// <summary>
/// Finds missing permissions before they are needed, by dry runs. They are made once when a term of
/// leadership has something to try them on, and every half hour while a permission is missing: five
/// calls each time, and none in a cluster in which nothing is wrong. Calls that are refused tell by
/// themselves.
/// </summary>
/// <remarks>
/// Policies have conditions on tags, so a dry run tells the truth only of resources that exist:
/// Create is tried in a subnet that was resolved, the others on an ENI of ours, and DeleteTags on one
/// that was adopted from a launch template, which is needed for no other. CreateTags is left out, because a good policy allows it within Create only, and so are the calls for addresses,
/// which have no dry run.
/// </remarks>
internal sealed class PermissionCheck(
    Ec2Client ec2,
    EniInventory inventory,
    Signal<(string SubnetId, IReadOnlyList<string> SecurityGroupIds)> places,
    PermissionLedger ledger,
    string cluster,
    TimeProvider time,
    ILogger logger
)
{
    private static readonly TimeSpan RepeatWhileDenied = TimeSpan.FromMinutes(30);
    private static readonly string[] OnOurEnis =
    [
        Ec2Actions.AttachNetworkInterface,
        Ec2Actions.ModifyNetworkInterfaceAttribute,
        Ec2Actions.DetachNetworkInterface,
        Ec2Actions.DeleteNetworkInterface,
    ];

    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private (string SubnetId, IReadOnlyList<string> SecurityGroupIds)? _place;
    private bool _triedCreate;
    private bool _triedOurs;
    private bool _triedAdopted;

    /// <summary>Checks when there is a reason to, until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var planned = places.Subscribe(Offer);
        using var changed = inventory.Changes.Subscribe(_ => Wake());
        while (true)
        {
            await WaitAsync(cancellationToken);
            try
            {
                await TryAsync(cancellationToken);
            }
            catch (Ec2CallException failed)
            {
                // Throttled or unreachable: it is tried again with the next reason to.
                PermissionLog.CheckFailed(logger, failed.Failure.ToString());
            }
        }
    }

    // A subnet and groups that ENIs are created with; the first ones are kept.
    private void Offer((string SubnetId, IReadOnlyList<string> SecurityGroupIds) place)
    {
        if (_place is null)
        {
            _place = place;
            Wake();
        }
    }

    // Something happened after which there may be an ENI of ours to try on.
    private void Wake()
    {
        if (!_triedCreate || !_triedOurs || !_triedAdopted)
        {
            _wake.Writer.TryWrite(item: true);
        }
    }

    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var woken = _wake.Reader.ReadAsync(waiting.Token).AsTask();
        var due = Task.Delay(RepeatWhileDenied, time, waiting.Token);
        await Task.WhenAny(woken, due);
        await waiting.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
        if (due.IsCompletedSuccessfully && ledger.Denied.Count > 0)
        {
            (_triedCreate, _triedOurs, _triedAdopted) = (false, false, false);
        }
    }

    private async Task TryAsync(CancellationToken cancellationToken)
    {
        if (!_triedCreate && _place is { } known)
        {
            var tags = new Dictionary<string, string>
            {
                [EniTags.Cluster] = cluster,
                [EniTags.ManagedBy] = EniTags.Owner,
                [EniTags.NoManage] = "true",
                [EniTags.Slot] = "permission-check",
            };
            await TryAsync(Ec2Actions.CreateNetworkInterface, new(known.SubnetId, known.SecurityGroupIds, tags, "", "", ""), cancellationToken);
            _triedCreate = true;
        }

        if (!_triedOurs && inventory.Rows().FirstOrDefault(row => row.Attachment is { Status: EniStates.Attached, InstanceId: not null }) is { } row)
        {
            var subject = new PreflightSubject("", [], row.Tags, row.EniId, row.Attachment!.InstanceId!, row.Attachment.AttachmentId);
            foreach (var action in OnOurEnis)
            {
                await TryAsync(action, subject, cancellationToken);
            }

            _triedOurs = true;
        }

        if (!_triedAdopted && inventory.FindAdopted() is { } adopted)
        {
            var tags = adopted.Tags.Where(tag => EniTags.OfAdoption.Contains(tag.Key)).ToDictionary();
            await TryAsync(Ec2Actions.DeleteTags, new("", [], tags, adopted.EniId, "", ""), cancellationToken);
            _triedAdopted = true;
        }
    }

    private async Task TryAsync(string action, PreflightSubject subject, CancellationToken cancellationToken)
    {
        if (await ec2.PreflightAsync(action, subject, cancellationToken) is Permission.Denied denied)
        {
            PermissionLog.Denied(logger, action, denied.Message);
        }
    }
}

/// <summary>
/// What a dry run is tried on. Policies have conditions on tags, so only resources of the kind in
/// use give an answer that counts.
/// </summary>
/// <param name="SubnetId">For Create.</param>
/// <param name="SecurityGroupIds">For Create.</param>
/// <param name="Tags">For Create and DeleteTags.</param>
/// <param name="EniId">
/// For everything else; a made-up one mostly gives an inconclusive answer.
/// </param>
/// <param name="InstanceId">For Attach.</param>
/// <param name="AttachmentId">For Detach.</param>
internal sealed record PreflightSubject(
    string SubnetId,
    IReadOnlyList<string> SecurityGroupIds,
    IReadOnlyDictionary<string, string> Tags,
    string EniId,
    string InstanceId,
    string AttachmentId
);

/// <summary>What the permission check writes to the log.</summary>
internal static partial class PermissionLog
{
    [LoggerMessage(EventId = 2101, Level = LogLevel.Error, Message = "The controller's role may not call ec2:{Action}: {Refusal}")]
    public static partial void Denied(ILogger logger, string action, string refusal);

    [LoggerMessage(EventId = 2102, Level = LogLevel.Warning, Message = "Whether all permissions are granted could not be found out: {Failure}")]
    public static partial void CheckFailed(ILogger logger, string failure);
}
