using MultiEni.Api;
using MultiEni.Api.Kubernetes;
using MultiEni.Scenarios.Staging;

namespace MultiEni.Scenarios.Stories;

/// <summary>
/// Permissions that the controller's role lacks. Needs the simulated cluster for ready devices.
/// </summary>
public class PermissionStories
{
    [Fact]
    public async Task A_permission_that_will_be_needed_later_is_missed_in_time()
    {
        await using var stage = await Stage.StartAsync(
            new StageOptions { Nodes = 1, Controller = settings => settings with { PermissionPreflight = true } }
        );
        stage.Cluster.Ec2.Faults.Deny("DeleteNetworkInterface");
        await stage.ApplyAsync(Manifests.NodeEni("early"));
        await stage.UntilReadyAsync("early", 1);

        var message = await stage.UntilReasonAsync("early", ConditionTypes.PermissionsGranted, Reasons.Unauthorized);

        Assert.Contains("ec2:DeleteNetworkInterface", message);
        Assert.DoesNotContain("ec2:AttachNetworkInterface", message);
        Assert.True((await stage.NodeEniAsync("early"))!.Status!.Conditions.IsTrue(ConditionTypes.Ready));
        Assert.Single(stage.OurEnis);
        Assert.Equal((1, 1), (stage.Calls("DetachNetworkInterface"), stage.Calls("DeleteNetworkInterface")));
    }

    [Theory]
    [Trait("weakness", "W17")]
    [InlineData("DescribeNetworkInterfaces")]
    [InlineData("DescribeSubnets")]
    [InlineData("DescribeSecurityGroups")]
    public async Task A_controller_that_may_not_look_says_so_on_the_NodeENI_and_goes_on_when_it_may(string action)
    {
        await using var stage = await Stage.StartAsync(
            new StageOptions
            {
                Nodes = 1,
                StartsPrograms = false,
                Acceleration = 30,
            }
        );
        stage.Cluster.Ec2.Faults.Deny(action);
        stage.StartManager(stage.Nodes[0]);
        stage.StartController();
        await stage.ApplyAsync(Manifests.NodeEni("blind"));

        Assert.Contains($"ec2:{action}", await stage.UntilReasonAsync("blind", ConditionTypes.Degraded, Reasons.Unauthorized));
        Assert.Contains($"ec2:{action}", await stage.UntilReasonAsync("blind", ConditionTypes.PermissionsGranted, Reasons.Unauthorized));
        await stage.UntilAsync(
            async () => (await stage.Api.EventReasonsAsync("blind", Stage.Stop)).Contains(Reasons.Unauthorized),
            "an event tells of it"
        );

        stage.Cluster.Ec2.Faults.Allow(action);
        await stage.UntilReadyAsync("blind", 1);
        await stage.UntilAsync(
            async () => (await stage.NodeEniAsync("blind"))!.Status!.Conditions.IsTrue(ConditionTypes.PermissionsGranted),
            "no permission is missing any more"
        );
    }

    [Fact]
    public async Task A_permission_that_a_call_needs_beside_its_own_is_the_one_that_is_named()
    {
        await using var stage = await Stage.StartAsync(new StageOptions { Nodes = 1, Acceleration = 30 });
        stage.Cluster.Ec2.Faults.Deny("CreateTags");
        await stage.ApplyAsync(Manifests.NodeEni("untagged"));

        await stage.UntilAsync(
            async () =>
                (await stage.AttachmentsAsync("untagged"))
                    .Select(attachment => attachment.Status?.Conditions.Find(ConditionTypes.Ready)?.Message ?? "")
                    .Any(message => message.Contains("lacks ec2:CreateTags, which CreateNetworkInterface needs", StringComparison.Ordinal)),
            "the attachment names the permission"
        );
        var missing = await stage.UntilReasonAsync("untagged", ConditionTypes.PermissionsGranted, Reasons.Unauthorized);
        Assert.Contains("lacks ec2:CreateTags;", missing);
        stage.Cluster.Ec2.Faults.Allow("CreateTags");
        await stage.UntilReadyAsync("untagged", 1);
    }

    [Theory]
    [InlineData("AuthFailure", "AWS was not able to validate the provided access credentials", "EC2 does not accept the controller's credentials")]
    [InlineData("RequestExpired", "Request has expired.", "Check the clock")]
    public async Task Credentials_that_are_not_accepted_are_no_missing_permission(string code, string words, string said)
    {
        await using var stage = await Stage.StartAsync(
            new StageOptions
            {
                Nodes = 1,
                StartsPrograms = false,
                Acceleration = 30,
            }
        );
        stage.Cluster.Ec2.Faults.FailNext("DescribeNetworkInterfaces", int.MaxValue, code, status: 401, message: words);
        stage.StartManager(stage.Nodes[0]);
        stage.StartController();
        await stage.ApplyAsync(Manifests.NodeEni("unknown"));

        var message = await stage.UntilReasonAsync("unknown", ConditionTypes.Degraded, Reasons.AuthenticationFailed);

        Assert.Contains(said, message);
        Assert.DoesNotContain("Grant it", message);
        Assert.Null((await stage.NodeEniAsync("unknown"))!.Status!.Conditions.Find(ConditionTypes.PermissionsGranted));
        stage.Cluster.Ec2.Faults.Clear();
        await stage.UntilReadyAsync("unknown", 1);
    }
}
