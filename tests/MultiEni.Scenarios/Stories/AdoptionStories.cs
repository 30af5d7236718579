using MultiEni.Api;
using MultiEni.Scenarios.Staging;
using MultiEni.Simulator.Ec2;
using Tag = Amazon.EC2.Model.Tag;

namespace MultiEni.Scenarios.Stories;

/// <summary>
/// Nodes whose launch template attaches ENIs, which a NodeENI uses and gives back, read back from
/// EC2. Needs the simulated cluster for ready devices.
/// </summary>
public class AdoptionStories
{
    private const string Subnet = "subnet-12345678";
    private static readonly string[] Untouched =
    [
        "CreateNetworkInterface",
        "AttachNetworkInterface",
        "DetachNetworkInterface",
        "DeleteNetworkInterface",
    ];

    private static readonly Dictionary<string, string> Tags = new()
    {
        ["kubernetes.io/cluster/managed-by"] = "nodeeni-controller",
        ["node.k8s.amazonaws.com/no_manage"] = "true",
        ["Name"] = "of the template",
    };

    private static readonly StageOptions Launching = new()
    {
        Nodes = 1,
        Acceleration = 30,
        Controller = settings => settings with { ReconcilePeriod = TimeSpan.FromSeconds(10) },
        Cluster = options => options with { LaunchInterfaces = [new LaunchInterface(1, Subnet) { Tags = Tags, Description = "of the template" }] },
    };

    [Fact]
    public async Task An_ENI_of_the_launch_template_is_used_and_given_back_and_is_attached_throughout()
    {
        await using var stage = await StartAsync(
            Launching with
            {
                Nodes = 2,
                Cluster = options =>
                    options with
                    {
                        LaunchInterfaces =
                        [
                            new LaunchInterface(1, Subnet)
                            {
                                Tags = Tags,
                                Description = "of the template",
                                GroupIds = ["sg-12345678"],
                            },
                        ],
                    },
            }
        );
        await stage.ApplyAsync(Manifests.NodeEni("launched", "adopt: true", "mtu: 9001", "sourceDestCheck: false", "tags: {team: core}"));
        await stage.UntilReadyAsync("launched", 2);

        foreach (var attachment in await stage.AttachmentsAsync("launched"))
        {
            var eni = stage.Eni(attachment);
            Assert.True(attachment.Status!.Network!.Adopted);
            Assert.Equal(attachment.Metadata.Name, eni.Tags["networking.k8s.aws/slot"]);
            Assert.Equal(("true", "of the template", "core"), (eni.Tags["networking.k8s.aws/adopted"], eni.Tags["Name"], eni.Tags["team"]));
            Assert.Equal(("of the template", false), (eni.Description, eni.SourceDestCheck));
            Assert.Equal(9001, stage.Link(attachment).Mtu);
        }

        // The check alone had to be changed; the tags are one call each.
        Assert.Equal((2, 2), (stage.Calls("ModifyNetworkInterfaceAttribute"), stage.Calls("CreateTags")));
        await stage.DeleteNodeEniAsync("launched");
        await stage.UntilGoneAsync("launched");

        Assert.All(Untouched, action => Assert.Equal(0, stage.Calls(action)));
        Assert.Empty(stage.OurEnis);
        Assert.Equal(2, Launched(stage).Count);
        Assert.All(
            Launched(stage),
            eni => Assert.Equal((AttachmentStatus.Attached, true), (eni.Attachment!.Status, eni.Attachment.DeleteOnTermination))
        );
        Assert.All(Launched(stage), eni => Assert.Equal(Tags.Append(new("team", "core")).ToDictionary(), eni.Tags.ToDictionary()));
        Assert.Equal(2, stage.Calls("DeleteTags"));
        var used = stage.Cluster.Ec2.Policies[Stage.AccessKey].Used;
        Assert.Contains("AdoptEnisOfLaunchTemplates ec2:CreateTags", used);
        Assert.Contains("ReleaseAdoptedEnis ec2:DeleteTags", used);

        // What was given back is there to be used again.
        await stage.ApplyAsync(Manifests.NodeEni("again", "adopt: true"));
        await stage.UntilReadyAsync("again", 2);
        Assert.All(Untouched, action => Assert.Equal(0, stage.Calls(action)));
        Assert.All(await stage.AttachmentsAsync("again"), attachment => Assert.True(attachment.Status!.Network!.Adopted));
    }

    [Fact]
    public async Task A_device_of_the_launch_template_is_bound_and_back_with_its_driver_afterwards()
    {
        await using var stage = await StartAsync(Launching);
        await stage.ApplyAsync(Manifests.NodeEni("launched", "adopt: true", "enableDPDK: true", $"dpdkResourceName: {Manifests.Resource}"));
        await stage.UntilReadyAsync("launched", 1);
        var attachment = Assert.Single(await stage.AttachmentsAsync("launched"));
        var device = stage.Device(attachment);
        Assert.Equal("vfio-pci", device.Driver);

        await stage.DeleteNodeEniAsync("launched");
        await stage.UntilGoneAsync("launched");

        Assert.Equal("ena", stage.Cluster.Host(stage.Nodes[0]).Device(device.Address)!.Driver);
        Assert.All(Untouched, action => Assert.Equal(0, stage.Calls(action)));
        Assert.Single(Launched(stage));
    }

    [Fact]
    public async Task Of_one_node_each_NodeENI_adopts_another_ENI_and_who_finds_none_gets_a_new_one()
    {
        await using var stage = await StartAsync(
            Launching with
            {
                Cluster = options => options with { LaunchInterfaces = [new(1, Subnet) { Tags = Tags }, new(2, Subnet) { Tags = Tags }] },
            }
        );
        foreach (var name in (string[])["a", "b", "c"])
        {
            await stage.ApplyAsync(Manifests.NodeEni(name, "adopt: true"));
        }

        foreach (var name in (string[])["a", "b", "c"])
        {
            await stage.UntilReadyAsync(name, 1);
        }

        Assert.Equal(3, stage.OurEnis.Select(eni => eni.Tags["networking.k8s.aws/slot"]).Distinct().Count());
        Assert.Equal(2, stage.OurEnis.Count(eni => eni.Tags.ContainsKey("networking.k8s.aws/adopted")));
        Assert.Equal((1, 1), (stage.Calls("CreateNetworkInterface"), stage.Calls("AttachNetworkInterface")));
        foreach (var name in (string[])["a", "b", "c"])
        {
            await stage.DeleteNodeEniAsync(name);
            await stage.UntilGoneAsync(name);
        }

        Assert.Equal((1, 1), (stage.Calls("DetachNetworkInterface"), stage.Calls("DeleteNetworkInterface")));
        Assert.Empty(stage.OurEnis);
        Assert.Equal(2, Launched(stage).Count);
    }

    [Fact]
    public async Task On_an_instance_that_is_full_by_its_launch_template_all_of_them_are_used()
    {
        await using var stage = await StartAsync(
            Launching with
            {
                Nodes = 0,
                Cluster = options =>
                    options with
                    {
                        InstanceType = "m5.large",
                        LaunchInterfaces = [new(1, Subnet) { Tags = Tags }, new(2, Subnet) { Tags = Tags }],
                    },
            }
        );
        await stage.AddNodeAsync("m5.large");
        await stage.ApplyAsync(Manifests.NodeEni("a", "adopt: true"));
        await stage.ApplyAsync(Manifests.NodeEni("b", "adopt: true"));

        await stage.UntilReadyAsync("a", 1);
        await stage.UntilReadyAsync("b", 1);

        Assert.Equal(2, stage.OurEnis.Count);
        Assert.All(Untouched, action => Assert.Equal(0, stage.Calls(action)));
    }

    [Fact]
    public async Task Adopt_switched_off_leaves_the_ENI_in_use_and_deleting_the_NodeENI_leaves_it_attached()
    {
        await using var stage = await StartAsync(Launching);
        await stage.ApplyAsync(Manifests.NodeEni("launched", "adopt: true"));
        await stage.UntilReadyAsync("launched", 1);
        var eni = Assert.Single(stage.OurEnis).Id;

        await stage.ApplyAsync(Manifests.NodeEni("launched", "deleteOnTermination: false", "description: mine"));
        await stage.UntilAsync(async () => (await stage.AttachmentsAsync("launched"))[0].Spec!.Adopt is false, "the attachment is changed");
        await stage.UntilReadyAsync("launched", 1);
        Assert.Equal((eni, true, "of the template"), Now(stage));

        await stage.DeleteNodeEniAsync("launched");
        await stage.UntilGoneAsync("launched");
        Assert.Equal(eni, Assert.Single(Launched(stage)).Id);
        Assert.All(Untouched, action => Assert.Equal(0, stage.Calls(action)));

        static (string, bool, string) Now(Stage stage) =>
            (stage.OurEnis[0].Id, stage.OurEnis[0].Attachment!.DeleteOnTermination, stage.OurEnis[0].Description);
    }

    [Fact]
    public async Task An_adopted_ENI_that_somebody_detached_is_reported_and_another_one_is_made_on_request()
    {
        await using var stage = await StartAsync(Launching);
        await stage.ApplyAsync(Manifests.NodeEni("launched", "adopt: true"));
        await stage.UntilReadyAsync("launched", 1);
        var eni = Assert.Single(stage.OurEnis);
        using (var ec2 = stage.NewEc2Client("AKIASOMEBODY"))
        {
            await ec2.DetachNetworkInterfaceAsync(new() { AttachmentId = eni.Attachment!.Id }, Stage.Stop);
        }

        var message = await stage.UntilReasonAsync("launched", ConditionTypes.Degraded, Reasons.AdoptedEniDetached);
        Assert.Contains($"{eni.Id} was attached to", message);
        Assert.Equal(0, stage.Calls("AttachNetworkInterface"));

        var attachment = Assert.Single(await stage.AttachmentsAsync("launched"));
        await stage.Api.DeleteAsync($"/apis/{Names.ApiVersion}/{Names.EniAttachmentPlural}/{attachment.Metadata.Name}", Stage.Stop);
        await stage.UntilAsync(
            async () => (await stage.AttachmentsAsync("launched")) is [{ Status.Network.EniId: { } id }] && id != eni.Id,
            "another ENI"
        );
        await stage.UntilReadyAsync("launched", 1);
        Assert.Equal(1, stage.Calls("CreateNetworkInterface"));
        var left = stage.Cluster.Ec2.World.FindNetworkInterface(eni.Id)!;
        Assert.DoesNotContain("networking.k8s.aws/cluster", left.Tags.Keys);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task With_its_instance_an_adopted_ENI_goes_or_stays_as_launch_said(bool deleteOnTermination)
    {
        await using var stage = await StartAsync(
            Launching with
            {
                Cluster = options =>
                    options with
                    {
                        LaunchInterfaces = [new LaunchInterface(1, Subnet) { Tags = Tags, DeleteOnTermination = deleteOnTermination }],
                    },
            }
        );
        await stage.ApplyAsync(Manifests.NodeEni("launched", "adopt: true"));
        await stage.UntilReadyAsync("launched", 1);
        var eni = Assert.Single(stage.OurEnis).Id;

        await stage.TerminateNodeAsync(stage.Nodes[0]);
        await stage.UntilAsync(async () => (await stage.AttachmentsAsync("launched")).Count == 0, "the attachment is gone");

        Assert.Empty(stage.OurEnis);
        Assert.Equal(deleteOnTermination, stage.Cluster.Ec2.World.FindNetworkInterface(eni) is null);
        Assert.All(Untouched, action => Assert.Equal(0, stage.Calls(action)));
    }

    /// <summary>Somebody took the finalizer off its attachment, or restored the API server.</summary>
    [Fact]
    public async Task An_adopted_ENI_whose_attachment_is_lost_is_released_after_a_while_and_adopted_again()
    {
        await using var stage = await StartAsync(
            Launching with
            {
                Controller = settings =>
                    settings with
                    {
                        ReconcilePeriod = TimeSpan.FromSeconds(10),
                        Leaks = settings.Leaks with { Grace = TimeSpan.FromSeconds(20) },
                    },
            },
            world =>
            {
                var row = world.NetworkInterfaces.Single(eni => eni.Attachment is { DeviceIndex: 1 });
                Assert.True(
                    world.TryChange(
                        row.Id,
                        eni =>
                            eni with
                            {
                                Tags = new Dictionary<string, string>(eni.Tags)
                                {
                                    ["networking.k8s.aws/cluster"] = "simulated",
                                    ["networking.k8s.aws/slot"] = "lost",
                                    ["networking.k8s.aws/adopted"] = "true",
                                },
                            }
                    )
                );
            }
        );

        await stage.UntilAsync(() => stage.OurEnis.Count == 0, "its tags are taken off");
        await stage.ApplyAsync(Manifests.NodeEni("launched", "adopt: true"));
        await stage.UntilReadyAsync("launched", 1);

        Assert.Equal(Launched(stage)[0].Id, Assert.Single(stage.OurEnis).Id);
        Assert.All(Untouched, action => Assert.Equal(0, stage.Calls(action)));
    }

    [Fact]
    public async Task The_permission_to_release_an_ENI_is_missed_in_time()
    {
        await using var stage = await StartAsync(
            Launching with
            {
                Controller = settings => settings with { PermissionPreflight = true, ReconcilePeriod = TimeSpan.FromSeconds(10) },
            }
        );
        stage.Cluster.Ec2.Faults.Deny("DeleteTags");
        await stage.ApplyAsync(Manifests.NodeEni("launched", "adopt: true"));
        await stage.UntilReadyAsync("launched", 1);

        var message = await stage.UntilReasonAsync("launched", ConditionTypes.PermissionsGranted, Reasons.Unauthorized);

        Assert.Contains("ec2:DeleteTags", message);
        Assert.DoesNotContain("ec2:AttachNetworkInterface", message);
    }

    [Fact]
    public async Task The_policy_allows_nothing_but_the_tags_of_adoption_and_only_on_ENIs_that_were_given()
    {
        await using var stage = await Stage.StartAsync(Launching with { StartsPrograms = false });
        stage.Cluster.Ec2.Policies[Stage.AccessKey] = DocumentedPolicy.For(stage.Cluster, "simulated", "adopt-policy.json");
        using var ec2 = stage.NewEc2Client(Stage.AccessKey);
        using var others = stage.NewEc2Client("AKIAOTHERS");
        var given = Launched(stage)[0].Id;
        var foreign = (await others.CreateNetworkInterfaceAsync(new() { SubnetId = Subnet }, Stage.Stop)).NetworkInterface.NetworkInterfaceId;
        Tag[] adoption = [new("networking.k8s.aws/cluster", "simulated"), new("networking.k8s.aws/adopted", "true")];
        Task TagAsync(string eni, params Tag[] tags) => ec2.CreateTagsAsync(new() { Resources = [eni], Tags = [.. tags] }, Stage.Stop);
        Task UntagAsync(params string[] keys) =>
            ec2.DeleteTagsAsync(new() { Resources = [given], Tags = [.. keys.Select(key => new Tag { Key = key })] }, Stage.Stop);

        await RefusedAsync(() => TagAsync(foreign, adoption));
        await RefusedAsync(() => TagAsync(given, adoption[0]));
        await RefusedAsync(() => UntagAsync("networking.k8s.aws/slot"));
        await TagAsync(given, adoption);
        await RefusedAsync(() => UntagAsync("kubernetes.io/cluster/managed-by"));
        await RefusedAsync(() => UntagAsync());
        await UntagAsync("networking.k8s.aws/cluster", "networking.k8s.aws/slot", "networking.k8s.aws/adopted");

        static async Task RefusedAsync(Func<Task> call) =>
            Assert.Equal("UnauthorizedOperation", (await Assert.ThrowsAsync<Amazon.EC2.AmazonEC2Exception>(call)).ErrorCode);
    }

    [Fact]
    public async Task An_ENI_that_may_not_be_released_waits_for_the_permission_and_says_so()
    {
        await using var stage = await StartAsync(Launching);
        await stage.ApplyAsync(Manifests.NodeEni("launched", "adopt: true"));
        await stage.UntilReadyAsync("launched", 1);
        stage.Cluster.Ec2.Policies[Stage.AccessKey] = DocumentedPolicy.For(stage.Cluster, "simulated");

        await stage.DeleteNodeEniAsync("launched");

        Assert.Contains("ec2:DeleteTags", await stage.UntilReasonAsync("launched", ConditionTypes.Degraded, Reasons.Unauthorized));
        stage.Cluster.Ec2.Policies[Stage.AccessKey] = DocumentedPolicy.For(stage.Cluster, "simulated", "adopt-policy.json");
        await stage.UntilGoneAsync("launched");
        Assert.Single(Launched(stage));
        Assert.Empty(stage.OurEnis);
    }

    private static IReadOnlyList<NetworkInterface> Launched(Stage stage) =>
        [
            .. stage.Cluster.Ec2.World.NetworkInterfaces.Where(row =>
                row.Attachment is { DeviceIndex: > 0 } && row.Tags.ContainsKey("kubernetes.io/cluster/managed-by")
            ),
        ];

    private static async Task<Stage> StartAsync(StageOptions options, Action<Simulator.Ec2.Ec2World>? before = null)
    {
        var stage = await Stage.StartAsync(options with { StartsPrograms = false });
        before?.Invoke(stage.Cluster.Ec2.World);
        stage.Cluster.Ec2.Policies[Stage.AccessKey] = DocumentedPolicy.For(stage.Cluster, "simulated", "adopt-policy.json");
        stage.StartController();
        foreach (var node in stage.Nodes)
        {
            stage.StartManager(node);
        }

        return stage;
    }
}
