using Amazon.EC2;
using Amazon.EC2.Model;
using MultiEni.Controller.Ec2.Failures;
using MultiEni.Controller.Ec2.Permissions;

namespace MultiEni.Controller.Ec2;

internal sealed partial class Ec2Client
{
    /// <summary>
    /// Asks EC2 whether a call would be allowed, without making it
    /// (docs/reference/ec2.md#dry-runs). It costs a token like the real one.
    /// </summary>
    /// <exception cref="Ec2CallException">EC2 was throttled or did not answer.</exception>
    public async Task<Permission> PreflightAsync(string action, PreflightSubject subject, CancellationToken cancellationToken)
    {
        await _budget.AcquireAsync(action, CallPriority.Drift, cancellationToken);
        try
        {
            await SendAsync(action, _mutating, (client, token) => DryRunAsync(client, action, subject, token), cancellationToken);
            return new Permission.Inconclusive("NoError", "The dry run was answered without an error.");
        }
        catch (Ec2CallException exception)
        {
            var failure = exception.Failure;
            return failure.Reaction.Kind switch
            {
                ReactionKind.DryRunAllowed => new Permission.Allowed(),
                ReactionKind.Unauthorized => new Permission.Denied(failure.Message),
                ReactionKind.Throttled or ReactionKind.OutcomeUnknown or ReactionKind.Unauthenticated => throw new Ec2CallException(
                    failure,
                    exception
                ),
                _ => new Permission.Inconclusive(failure.Code, failure.Message),
            };
        }
    }

    private static async Task<bool> DryRunAsync(AmazonEC2Client client, string action, PreflightSubject subject, CancellationToken token)
    {
        switch (action)
        {
            case Ec2Actions.CreateNetworkInterface:
                await client.CreateNetworkInterfaceAsync(
                    new()
                    {
                        DryRun = true,
                        SubnetId = subject.SubnetId,
                        Groups = [.. subject.SecurityGroupIds],
                        TagSpecifications = SdkRequests.TagSpecifications(subject.Tags),
                    },
                    token
                );
                break;
            case Ec2Actions.AttachNetworkInterface:
                await client.AttachNetworkInterfaceAsync(
                    new()
                    {
                        DryRun = true,
                        NetworkInterfaceId = subject.EniId,
                        InstanceId = subject.InstanceId,
                        DeviceIndex = 1,
                        NetworkCardIndex = 0,
                    },
                    token
                );
                break;
            case Ec2Actions.ModifyNetworkInterfaceAttribute:
                await client.ModifyNetworkInterfaceAttributeAsync(
                    new()
                    {
                        DryRun = true,
                        NetworkInterfaceId = subject.EniId,
                        SourceDestCheck = false,
                    },
                    token
                );
                break;
            case Ec2Actions.DetachNetworkInterface:
                await client.DetachNetworkInterfaceAsync(new() { DryRun = true, AttachmentId = subject.AttachmentId }, token);
                break;
            case Ec2Actions.DeleteNetworkInterface:
                await client.DeleteNetworkInterfaceAsync(new() { DryRun = true, NetworkInterfaceId = subject.EniId }, token);
                break;
            case Ec2Actions.DeleteTags:
                await client.DeleteTagsAsync(
                    new()
                    {
                        DryRun = true,
                        Resources = [subject.EniId],
                        Tags = [.. subject.Tags.Select(tag => new Tag { Key = tag.Key })],
                    },
                    token
                );
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(action), action, "Not an action that can be tried");
        }

        return true;
    }
}
