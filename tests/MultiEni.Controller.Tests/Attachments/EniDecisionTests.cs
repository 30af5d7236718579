using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Controller.Attachments;
using MultiEni.Controller.Ec2;
using MultiEni.Controller.PodAddresses;

namespace MultiEni.Controller.Tests.Attachments;

public sealed class EniDecisionTests
{
    private static readonly string[] BothFinalizers = [Names.EniFinalizer, Names.DeviceFinalizer];

    [Fact]
    public void Nothing_is_done_before_EC2_was_looked_at() => Assert.IsType<EniStep.Sweep>(Next(A.Attachment(), new SlotObservation.Unknown()));

    [Fact]
    public void An_absence_that_is_too_young_is_waited_out() => Assert.IsType<EniStep.Wait>(Next(A.Attachment(), new SlotObservation.AbsentForNow()));

    [Fact]
    public void The_occupancy_is_read_before_an_ENI_is_created() =>
        Assert.IsType<EniStep.ReadIndexes>(Next(A.Attachment(), new SlotObservation.Absent(), indexes: null));

    [Fact]
    public void An_ENI_of_the_Go_controller_is_taken_over_before_one_is_created_or_given_up()
    {
        var left = A.Row("eni-left", A.Attached());

        Assert.Equal(new EniStep.Adopt(left), Next(A.Attachment(), new SlotObservation.Absent(), null, adoptable: left));
        Assert.Equal(new EniStep.Adopt(left), Next(A.Attachment(deleting: true), new SlotObservation.Absent(), null, adoptable: left));
        Assert.IsType<EniStep.Wait>(Next(A.Attachment(), new SlotObservation.AbsentForNow(), null, adoptable: left));
    }

    [Fact]
    public void With_adopt_the_ENI_that_was_attached_at_launch_is_used_before_one_is_created()
    {
        var attachment = A.Attachment(spec: s => s.Adopt = true);
        var launched = A.Row("eni-launched", A.Attached());

        Assert.IsType<EniStep.ReadIndexes>(Next(attachment, new SlotObservation.Absent(), indexes: null, adoptable: launched));
        Assert.Equal(new EniStep.AdoptLaunched(launched), Next(attachment, new SlotObservation.Absent(), [0, 1], maximum: 2, adoptable: launched));
        Assert.Equal(new EniStep.Create(1, 1), Next(attachment, new SlotObservation.Absent(), [0]));
        Assert.IsType<EniStep.Wait>(Next(attachment, new SlotObservation.AbsentForNow(), [0], adoptable: launched));
        Assert.IsType<EniStep.Blocked>(Next(attachment, new SlotObservation.Absent(), [0], adoptable: launched, gone: true));
        Assert.IsType<EniStep.Finish>(
            Next(A.Attachment(deleting: true, spec: s => s.Adopt = true), new SlotObservation.Absent(), [0], adoptable: launched)
        );
    }

    /// <summary>The tag on the ENI decides, whatever the specification says by then.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_adopted_ENI_is_given_back_and_released_and_stays_attached(bool adopt)
    {
        var row = A.Adopted(A.Row(attachment: A.Attached(deleteOnTermination: false)));
        EniAttachment Deleting(params string[] finalizers) => A.Attachment(deleting: true, finalizers: finalizers, spec: s => s.Adopt = adopt);

        Assert.IsType<EniStep.InSync>(Next(A.Attachment(spec: s => (s.Adopt, s.Description) = (adopt, "another")), row));
        Assert.IsType<EniStep.WaitForRelease>(Next(Deleting(BothFinalizers), row));
        Assert.Equal(new EniStep.Release(row), Next(Deleting(Names.EniFinalizer), row));
    }

    [Fact]
    public void Settings_of_an_adopted_ENI_are_repaired()
    {
        var row = A.Adopted(A.Row(attachment: A.Attached()));

        Assert.IsType<EniStep.SetSourceDestCheck>(Next(A.Attachment(spec: s => s.SourceDestCheck = false), row));
        Assert.IsType<EniStep.SetSecurityGroups>(Next(A.Attachment(spec: s => s.SecurityGroupIds = ["sg-2"]), row));
        Assert.IsType<EniStep.SetTags>(Next(A.Attachment(spec: s => s.Tags = new() { ["a"] = "b" }), row));
    }

    [Fact]
    public void An_adopted_ENI_that_somebody_detached_is_reported_and_not_attached_again()
    {
        foreach (var row in new[] { A.Row(), A.Row(attachment: A.Attached("i-2")), A.Row(attachment: A.Attached(status: EniStates.Detached)) })
        {
            var blocked = Assert.IsType<EniStep.Blocked>(Next(A.Attachment(spec: s => s.Adopt = true), A.Adopted(row)));
            Assert.Equal(Reasons.AdoptedEniDetached, blocked.Reason);
            Assert.Contains("delete ENIAttachment multus-i-1-aa", blocked.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void An_adopted_ENI_that_hangs_while_it_is_attached_or_detached_is_waited_for()
    {
        var attaching = A.Adopted(A.Row(attachment: A.Attached(status: EniStates.Attaching)));
        var detaching = A.Adopted(A.Row(attachment: A.Attached(status: EniStates.Detaching)));

        Assert.IsType<EniStep.Wait>(Next(A.Attachment(), attaching, attachSince: A.Noon.AddHours(-1)));
        Assert.IsType<EniStep.Wait>(Next(A.Attachment(), detaching, detachSince: A.Noon.AddHours(-1)));
    }

    [Fact]
    public void An_adopted_ENI_does_not_carry_our_Elastic_IP_away()
    {
        var deleting = A.Attachment(deleting: true, spec: s => s.ElasticIp = new() { AllocationId = "e1", FormerAllocationIds = ["e0"] });
        EniRow With(string? elasticIp) =>
            A.Adopted(A.Row(attachment: A.Attached())) with
            {
                ElasticIp = elasticIp is null ? null : new(elasticIp, "eipassoc-1", ""),
            };

        Assert.IsType<EniStep.DisassociateElasticIp>(Next(deleting, With("e1")));
        Assert.IsType<EniStep.DisassociateElasticIp>(Next(deleting, With("e0")));
        Assert.IsType<EniStep.Release>(Next(deleting, With("e2")));
        Assert.IsType<EniStep.Release>(Next(deleting, With(null)));
    }

    [Fact]
    public void The_tags_of_an_adopted_ENI_are_taken_off_after_its_instance_unless_EC2_deletes_it_with_it()
    {
        var deleting = A.Attachment(deleting: true);
        var left = A.Adopted(A.Row());
        var kept = A.Adopted(A.Row(attachment: A.Attached(deleteOnTermination: false)));

        Assert.Equal(new EniStep.Release(left), Next(deleting, left, gone: true));
        Assert.Equal(new EniStep.Release(kept), Next(deleting, kept, gone: true));
        Assert.IsType<EniStep.Wait>(Next(deleting, A.Adopted(A.Row(attachment: A.Attached())), gone: true));
        Assert.IsType<EniStep.DropDeviceFinalizer>(Next(A.Attachment(deleting: true, finalizers: BothFinalizers), left, gone: true));
    }

    [Fact]
    public void Of_two_ENIs_in_a_slot_the_adopted_one_is_released_and_the_created_one_deleted()
    {
        var created = A.Row("eni-2");
        var adopted = A.Adopted(A.Row("eni-1", A.Attached()));

        Assert.Equal(new EniStep.Delete(created), Next(A.Attachment(), new SlotObservation.Present([adopted, created])));
        var attached = A.Row("eni-2", A.Attached(index: 2));
        var holder = A.Attachment(network: new NetworkStatus { EniId = "eni-2" });
        Assert.Equal(new EniStep.Release(adopted), Next(holder, new SlotObservation.Present([adopted, attached])));
        var elsewhere = A.Adopted(A.Row("eni-1", A.Attached("i-2")));
        Assert.Equal(new EniStep.Release(elsewhere), Next(holder, new SlotObservation.Present([elsewhere, attached])));
    }

    [Fact]
    public void A_full_instance_costs_no_create_call()
    {
        var step = Next(A.Attachment(), new SlotObservation.Absent(), indexes: [0, 1, 2], maximum: 3);

        Assert.Equal(Reasons.InstanceLimit, Assert.IsType<EniStep.Blocked>(step).Reason);
    }

    [Theory]
    [InlineData(null, null, 1)]
    [InlineData(null, 2, 2)]
    [InlineData("eni-dead", 1, 2)]
    [InlineData("eni-dead", 4, 5)]
    public void An_ENI_that_vanished_uses_up_its_attempt(string? eniOnRecord, int? attemptOnRecord, int expected)
    {
        var attachment = A.Attachment(network: new NetworkStatus { EniId = eniOnRecord, Attempt = attemptOnRecord });

        Assert.Equal(new EniStep.Create(expected, 1), Next(attachment, new SlotObservation.Absent()));
    }

    [Fact]
    [Trait("weakness", "W12")]
    public void The_wanted_index_is_used_or_the_next_free_one()
    {
        Assert.Equal(2, Assert.IsType<EniStep.Attach>(Next(A.Attachment(spec: s => s.DeviceIndex = 2), A.Row(), indexes: [0, 1])).DeviceIndex);
        Assert.Equal(4, Assert.IsType<EniStep.Attach>(Next(A.Attachment(spec: s => s.DeviceIndex = 2), A.Row(), indexes: [0, 2, 3])).DeviceIndex);
    }

    [Fact]
    public void The_source_destination_check_is_switched_before_attaching() =>
        Assert.IsType<EniStep.SetSourceDestCheck>(Next(A.Attachment(spec: s => s.SourceDestCheck = false), A.Row()));

    [Fact]
    public void An_attachment_that_hangs_is_undone()
    {
        var row = A.Row(attachment: A.Attached(status: EniStates.Attaching));

        Assert.IsType<EniStep.Wait>(Next(A.Attachment(), row, attachSince: A.Noon.AddSeconds(-89)));
        Assert.Equal(new EniStep.Detach(row, Force: false), Next(A.Attachment(), row, attachSince: A.Noon.AddSeconds(-91)));
    }

    [Fact]
    public void An_ENI_on_another_instance_is_left_there()
    {
        var elsewhere = A.Row(attachment: A.Attached("i-2"));

        Assert.Equal(Reasons.EniInUseElsewhere, Assert.IsType<EniStep.Blocked>(Next(A.Attachment(), elsewhere)).Reason);
        Assert.Equal(Reasons.EniInUseElsewhere, Assert.IsType<EniStep.Blocked>(Next(A.Attachment(deleting: true), elsewhere)).Reason);
    }

    [Fact]
    public void A_surplus_ENI_that_somebody_attached_elsewhere_is_reported_and_not_detached()
    {
        var attachment = A.Attachment(network: new NetworkStatus { EniId = "eni-1" });
        var elsewhere = A.Row("eni-2", A.Attached("i-2"));

        var step = Next(attachment, new SlotObservation.Present([A.Row("eni-1", A.Attached()), elsewhere]));

        Assert.Equal(Reasons.EniInUseElsewhere, Assert.IsType<EniStep.Blocked>(step).Reason);
        Assert.Contains("eni-2 is attached to i-2", ((EniStep.Blocked)step).Message, StringComparison.Ordinal);
        Assert.IsType<EniStep.Attach>(Next(attachment, new SlotObservation.Present([A.Row("eni-1"), elsewhere])));
    }

    [Fact]
    public void An_ENI_that_was_moved_elsewhere_is_reported_when_its_own_instance_is_gone_too()
    {
        var elsewhere = A.Row(attachment: A.Attached("i-2"));

        var step = Next(A.Attachment(deleting: true), elsewhere, gone: true);

        Assert.Equal(Reasons.EniInUseElsewhere, Assert.IsType<EniStep.Blocked>(step).Reason);
        Assert.IsType<EniStep.DropDeviceFinalizer>(Next(A.Attachment(deleting: true, finalizers: BothFinalizers), elsewhere, gone: true));
    }

    [Fact]
    public void A_detachment_that_somebody_began_is_not_forced_while_the_agent_has_the_device()
    {
        var row = A.Row(attachment: A.Attached(status: EniStates.Detaching));

        Assert.IsType<EniStep.WaitForRelease>(
            Next(A.Attachment(deleting: true, finalizers: BothFinalizers), row, detachSince: A.Noon.AddMinutes(-3))
        );
    }

    [Fact]
    [Trait("weakness", "W10")]
    [Trait("weakness", "W18")]
    public void Drift_of_everything_that_EC2_can_change_is_repaired()
    {
        var row = A.Row(attachment: A.Attached());

        Assert.IsType<EniStep.InSync>(Next(A.Attachment(), row));
        Assert.IsType<EniStep.SetSourceDestCheck>(Next(A.Attachment(spec: s => s.SourceDestCheck = false), row));
        Assert.IsType<EniStep.SetSecurityGroups>(Next(A.Attachment(spec: s => s.SecurityGroupIds = ["sg-2"]), row));
        Assert.IsType<EniStep.SetDeleteOnTermination>(Next(A.Attachment(spec: s => s.DeleteOnTermination = false), row));
        Assert.IsType<EniStep.SetConnectionTracking>(Next(A.Attachment(spec: s => s.ConnectionTracking = new() { UdpTimeout = 60 }), row));
        Assert.IsType<EniStep.SetEnaExpress>(Next(A.Attachment(spec: s => s.EnaExpress = new() { Enabled = true }), row));
        Assert.IsType<EniStep.SetDescription>(Next(A.Attachment(spec: s => s.Description = "other"), row));
        Assert.Equal("b", Assert.IsType<EniStep.SetTags>(Next(A.Attachment(spec: s => s.Tags = new() { ["a"] = "b" }), row)).Set["a"]);
        var unmarked = row with { Tags = row.Tags.Where(tag => tag.Key != EniTags.NoManage).ToDictionary() };
        Assert.Equal("true", Assert.IsType<EniStep.SetTags>(Next(A.Attachment(), unmarked)).Set[EniTags.NoManage]);
        Assert.Equal(
            new EniStep.AssignAddresses(row, AddressKind.SecondaryIpv4, 2),
            Next(A.Attachment(spec: s => s.SecondaryPrivateIpCount = 2), row)
        );
    }

    [Theory]
    [InlineData(null, 8, true)]
    [InlineData(8, null, true)]
    [InlineData(8, 8, true)]
    [InlineData(8, 4, false)]
    public void Another_number_of_queues_is_reported_with_the_remedy_since_EC2_cannot_change_it(int? wanted, int? actual, bool same)
    {
        var row = A.Row(attachment: A.Attached() with { EnaQueueCount = actual });

        var step = Next(A.Attachment(spec: s => s.EnaQueueCount = wanted), row);

        Assert.Equal(same, step is EniStep.InSync);
        if (step is EniStep.Blocked blocked)
        {
            Assert.Equal(Reasons.AttachmentDiffers, blocked.Reason);
            Assert.Contains("4 ENA queues instead of 8", blocked.Message, StringComparison.Ordinal);
            Assert.Contains("delete ENIAttachment multus-i-1-aa", blocked.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_first_IPv6_address_is_fixed_as_soon_as_there_is_one_and_only_when_none_is()
    {
        var attachment = A.Attachment(spec: s => (s.Ipv6AddressCount, s.EnablePrimaryIpv6) = (1, true));
        var without = A.Row(attachment: A.Attached());
        var with = without with { Ipv6Addresses = ["2001:db8::5"] };

        Assert.Equal(new EniStep.AssignAddresses(without, AddressKind.Ipv6, 1), Next(attachment, without));
        Assert.Equal(new EniStep.EnablePrimaryIpv6(with), Next(attachment, with));
        Assert.IsType<EniStep.InSync>(Next(attachment, with with { PrimaryIpv6 = "2001:db8::5" }));
        Assert.IsType<EniStep.InSync>(Next(A.Attachment(), without with { Ipv6Addresses = ["2001:db8::5"], PrimaryIpv6 = "2001:db8::5" }));
    }

    [Theory]
    [InlineData(false, false, false)]
    [InlineData(false, true, true)]
    [InlineData(true, false, true)]
    [InlineData(true, true, true)]
    public void Pods_wait_for_the_addresses_that_are_counted_only_until_EC2_has_refused_them(bool areCounted, bool areHeld, bool expected)
    {
        var row = A.Row(attachment: A.Attached());
        var attachment = A.Attachment(spec: s => s.Ipv4PrefixCount = areCounted ? 0 : 1);
        var change = new PodAddressChange.AssignNamed(["10.0.0.77"], []);
        var plan = new PodAddressPlan(change, [], new HashSet<string>(), [], new(true, Reasons.AsExpected, "m"), null);
        var observation = new EniObservation(
            attachment,
            new SlotObservation.Present([row]),
            null,
            new HashSet<int> { 0 },
            8,
            InstanceGone: false,
            null,
            null,
            A.Noon,
            new EniTimeLimits()
        )
        {
            PodAddresses = plan,
            AreRepairsHeld = areHeld,
        };

        EniStep repair = new EniStep.AssignAddresses(row, AddressKind.Ipv4Prefix, 1);
        Assert.Equal(expected ? new EniStep.ChangePodAddresses(row, change) : repair, EniDecision.Next(observation));
    }

    // Elastic IP wanted, former ones, the ENI's, the step.
    [Theory]
    [InlineData(null, null, "e1", "InSync")]
    [InlineData("e1", null, null, "AssociateElasticIp")]
    [InlineData("e1", null, "e1", "InSync")]
    [InlineData("e2", "e1", "e1", "DisassociateElasticIp")]
    [InlineData("e2", "e1", null, "AssociateElasticIp")]
    [InlineData("", "e1", "e1", "DisassociateElasticIp")]
    [InlineData("", "e1", null, "InSync")]
    [InlineData("", "e1", "e9", "InSync")]
    [InlineData("e2", "e1", "e9", "Blocked")]
    public void Only_an_Elastic_IP_of_a_specification_is_taken_away(string? wanted, string? former, string? actual, string step)
    {
        var attachment = A.Attachment(spec: s =>
            s.ElasticIp = wanted is null
                ? null
                : new() { AllocationId = wanted.Length == 0 ? null : wanted, FormerAllocationIds = former is null ? null : [former] }
        );
        var row = A.Row(attachment: A.Attached()) with { ElasticIp = actual is null ? null : new(actual, "eipassoc-1", "203.0.113.1") };

        var next = Next(attachment, row);

        Assert.Equal(step, next.GetType().Name);
        Assert.Equal(step == "Blocked" ? Reasons.ElasticIpInUse : null, (next as EniStep.Blocked)?.Reason);
    }

    [Fact]
    public void ENA_Express_that_the_specification_does_not_mention_is_as_EC2_has_it()
    {
        var on = A.Row(attachment: A.Attached() with { EnaExpress = new() { Enabled = true } });

        Assert.IsType<EniStep.InSync>(Next(A.Attachment(), on));
        Assert.IsType<EniStep.InSync>(Next(A.Attachment(spec: s => s.EnaExpress = new() { Enabled = true }), on));
        Assert.Equal(new EniStep.SetEnaExpress(on, new()), Next(A.Attachment(spec: s => s.EnaExpress = new()), on));
    }

    [Fact]
    public void Of_two_ENIs_in_a_slot_the_attached_one_stays()
    {
        var attached = A.Row("eni-2", A.Attached(), attempt: 2);
        var step = Next(A.Attachment(), new SlotObservation.Present([A.Row("eni-1"), attached]));

        Assert.Equal("eni-1", Assert.IsType<EniStep.Delete>(step).Row.EniId);
    }

    [Fact]
    public void Of_two_unattached_ENIs_the_one_on_record_stays()
    {
        var attachment = A.Attachment(network: new NetworkStatus { EniId = "eni-2" });
        var step = Next(attachment, new SlotObservation.Present([A.Row("eni-1"), A.Row("eni-2")]));

        Assert.Equal("eni-1", Assert.IsType<EniStep.Delete>(step).Row.EniId);
    }

    [Fact]
    public void The_agent_gives_the_device_back_before_the_ENI_is_detached()
    {
        var attachment = A.Attachment(deleting: true, finalizers: BothFinalizers);

        Assert.Equal(Reasons.WaitingForRelease, Assert.IsType<EniStep.WaitForRelease>(Next(attachment, A.Row(attachment: A.Attached()))).Reason);
        attachment.Metadata.Finalizers = [Names.EniFinalizer];
        Assert.False(Assert.IsType<EniStep.Detach>(Next(attachment, A.Row(attachment: A.Attached()))).Force);
    }

    [Fact]
    [Trait("weakness", "W19")]
    public void In_use_by_a_pod_is_an_answer_that_is_waited_on_however_long()
    {
        var attachment = A.Attachment(
            deleting: true,
            finalizers: BothFinalizers,
            conditions: A.Condition(ConditionTypes.Released, false, Reasons.DeviceInUse, "in use by pod default/app")
        );

        var step = Assert.IsType<EniStep.WaitForRelease>(Next(attachment, A.Row(attachment: A.Attached()), now: A.Noon.AddHours(9)));

        Assert.Equal("in use by pod default/app", step.Message);
        Assert.Null(step.Deadline);
    }

    [Fact]
    public void An_agent_that_says_nothing_is_not_waited_for_longer_than_the_release_timeout()
    {
        var attachment = A.Attachment(deleting: true, finalizers: BothFinalizers);
        var row = A.Row(attachment: A.Attached());

        Assert.IsType<EniStep.WaitForRelease>(Next(attachment, row, now: A.Noon.AddMinutes(4.9)));
        Assert.Equal(Reasons.ReleaseTimeout, Assert.IsType<EniStep.DropDeviceFinalizer>(Next(attachment, row, now: A.Noon.AddMinutes(5))).Reason);
    }

    [Fact]
    public void A_terminated_instance_releases_its_ENI_without_a_detach()
    {
        var attachment = A.Attachment(deleting: true, finalizers: BothFinalizers);

        Assert.IsType<EniStep.DropDeviceFinalizer>(Next(attachment, A.Row(attachment: A.Attached()), gone: true));
        attachment.Metadata.Finalizers = [Names.EniFinalizer];
        Assert.IsType<EniStep.Wait>(Next(attachment, A.Row(attachment: A.Attached()), gone: true));
        Assert.IsType<EniStep.Delete>(Next(attachment, A.Row(), gone: true));
        Assert.IsType<EniStep.Finish>(Next(attachment, new SlotObservation.Absent(), gone: true));
    }

    [Fact]
    public void A_retained_ENI_is_taken_where_one_would_be_created()
    {
        var row = A.Row("eni-kept");

        Assert.Equal(new EniStep.Take(row, 1, 1), NextWith(A.Attachment(), new SlotObservation.Absent(), retained: row, indexes: [0]));
        Assert.IsType<EniStep.ReadIndexes>(NextWith(A.Attachment(), new SlotObservation.Absent(), retained: row, indexes: null));
        Assert.IsType<EniStep.Wait>(NextWith(A.Attachment(), new SlotObservation.AbsentForNow(), retained: row));
        Assert.IsType<EniStep.Finish>(NextWith(A.Attachment(deleting: true), new SlotObservation.Absent(), retained: row));
        Assert.IsType<EniStep.Blocked>(NextWith(A.Attachment(), new SlotObservation.Absent(), retained: row, indexes: [0, 1, 2], maximum: 3));
    }

    [Fact]
    public void An_ENI_that_is_kept_is_detached_like_others_and_then_left()
    {
        var attachment = A.Attachment(deleting: true, finalizers: BothFinalizers);
        EniStep Of(EniRow row, bool gone = false) => NextWith(attachment, new SlotObservation.Present([row]), keeps: true, gone: gone);

        Assert.IsType<EniStep.WaitForRelease>(Of(A.Row(attachment: A.Attached())));
        attachment.Metadata.Finalizers = [Names.EniFinalizer];
        Assert.IsType<EniStep.Detach>(Of(A.Row(attachment: A.Attached())));
        Assert.IsType<EniStep.Wait>(Of(A.Row(attachment: A.Attached()), gone: true));
        Assert.Equal("eni-1", Assert.IsType<EniStep.Retain>(Of(A.Row())).Row.EniId);
        Assert.IsType<EniStep.Retain>(Of(A.Row(), gone: true));
        Assert.IsType<EniStep.Delete>(Next(attachment, A.Row()));

        attachment.Spec!.ElasticIp = new() { AllocationId = "e2", FormerAllocationIds = ["e1"] };
        EniRow With(string elasticIp) => A.Row() with { ElasticIp = new(elasticIp, "eipassoc-1", "") };
        Assert.IsType<EniStep.DisassociateElasticIp>(Of(With("e1")));
        Assert.IsType<EniStep.Retain>(Of(With("e2")));
        Assert.IsType<EniStep.Retain>(Of(With("e3")));
    }

    [Fact]
    public void A_second_ENI_of_the_slot_is_deleted_whatever_is_kept()
    {
        var attachment = A.Attachment(deleting: true, network: new NetworkStatus { EniId = "eni-1" });

        var step = NextWith(attachment, new SlotObservation.Present([A.Row("eni-1"), A.Row("eni-2")]), keeps: true);

        Assert.Equal("eni-2", Assert.IsType<EniStep.Delete>(step).Row.EniId);
    }

    [Fact]
    public void An_ENI_in_the_slot_that_has_another_address_or_subnet_than_specified_gives_way()
    {
        var other = A.Attachment(spec: s => s.PrivateIpAddress = "10.0.0.77");

        Assert.IsType<EniStep.Delete>(Next(other, A.Row()));
        Assert.IsType<EniStep.Delete>(Next(A.Attachment(spec: s => s.SubnetId = "subnet-a2"), A.Row()));
        Assert.IsType<EniStep.Attach>(Next(A.Attachment(spec: s => s.PrivateIpAddress = "10.0.0.9"), A.Row()));
        Assert.IsType<EniStep.Attach>(Next(other, A.Row() with { PrivateIps = [] }));
        Assert.IsNotType<EniStep.Delete>(Next(other, A.Row(attachment: A.Attached())));
        Assert.IsNotType<EniStep.Delete>(Next(other, A.Row(status: EniStates.Pending)));
    }

    [Fact]
    public void A_kept_ENI_gives_back_what_pods_had_once_no_node_has_it()
    {
        EniStep Of(EniRow row, bool keeps = true, bool finalizer = false) =>
            EniDecision.Next(
                new EniObservation(
                    A.Attachment(deleting: true, finalizers: finalizer ? [Names.DeviceFinalizer] : null),
                    new SlotObservation.Present([row]),
                    null,
                    null,
                    8,
                    false,
                    null,
                    null,
                    A.Noon,
                    new EniTimeLimits()
                )
                {
                    KeepsEni = keeps,
                    GivenBack = ["10.0.0.50"],
                }
            );
        var free = A.Row(status: EniStates.Available);

        var change = Assert.IsType<EniStep.ChangePodAddresses>(Of(free));
        Assert.Equal(["10.0.0.50"], Assert.IsType<PodAddressChange.Unassign>(change.Change).Addresses);
        Assert.IsType<EniStep.Delete>(Of(free, keeps: false));
        Assert.IsType<EniStep.Detach>(Of(A.Row(attachment: A.Attached())));
        Assert.IsNotType<EniStep.ChangePodAddresses>(Of(free, finalizer: true));
    }

    [Fact]
    [Trait("weakness", "W19")]
    public void Force_is_the_last_resort()
    {
        var attachment = A.Attachment(deleting: true);
        var row = A.Row(attachment: A.Attached(status: EniStates.Detaching));

        Assert.IsType<EniStep.Wait>(Next(attachment, row, detachSince: A.Noon.AddSeconds(-119)));
        Assert.Equal(new EniStep.Detach(row, Force: true), Next(attachment, row, detachSince: A.Noon.AddSeconds(-121)));
    }

    [Fact]
    public void An_attachment_under_deletion_creates_nothing() =>
        Assert.IsType<EniStep.Finish>(Next(A.Attachment(deleting: true), new SlotObservation.Absent(), indexes: null));

    private static EniStep NextWith(
        EniAttachment attachment,
        SlotObservation slot,
        EniRow? retained = null,
        bool keeps = false,
        bool gone = false,
        HashSet<int>? indexes = null,
        int? maximum = 8
    ) =>
        EniDecision.Next(
            new EniObservation(attachment, slot, null, indexes, maximum, gone, null, null, A.Noon, new EniTimeLimits())
            {
                Retained = retained,
                KeepsEni = keeps,
            }
        );

    private static EniStep Next(
        EniAttachment attachment,
        EniRow row,
        HashSet<int>? indexes = null,
        DateTimeOffset? attachSince = null,
        DateTimeOffset? detachSince = null,
        DateTimeOffset? now = null,
        bool gone = false
    ) => Next(attachment, new SlotObservation.Present([row]), indexes ?? [0], 8, attachSince, detachSince, now, gone);

    private static EniStep Next(EniAttachment attachment, SlotObservation slot, bool gone = false) =>
        Next(attachment, slot, [0], 8, null, null, null, gone);

    private static EniStep Next(
        EniAttachment attachment,
        SlotObservation slot,
        HashSet<int>? indexes,
        int? maximum = 8,
        DateTimeOffset? attachSince = null,
        DateTimeOffset? detachSince = null,
        DateTimeOffset? now = null,
        bool gone = false,
        EniRow? adoptable = null
    ) =>
        EniDecision.Next(
            new EniObservation(attachment, slot, adoptable, indexes, maximum, gone, detachSince, attachSince, now ?? A.Noon, new EniTimeLimits())
        );
}
