using CsCheck;
using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.NodeEnis;
using MultiEni.Controller.Planning;
using MultiEni.Controller.PodAddresses;

namespace MultiEni.Controller.Tests.PodAddresses;

public sealed class PodAddressDecisionTests
{
    [Theory]
    [InlineData(4, 0, 0, 0, 4)]
    [InlineData(4, 4, 0, 0, null)]
    [InlineData(4, 4, 3, 0, 3)]
    [InlineData(0, 0, 0, 2, 2)]
    [InlineData(4, 4, 4, 6, 6)]
    [InlineData(0, 3, 1, 0, null)]
    public void What_is_missing_to_those_kept_warm_or_waited_for_is_assigned_in_one_call(int warm, int present, int used, int waiting, int? expected)
    {
        var plan = PodAddressDecision.Plan(Input(warm, present, used, waiting));

        Assert.Equal(expected is { } count ? new PodAddressChange.AssignCount(PodAddressKind.Ipv4, count) : null, plan.Change);
        Assert.True(plan.Claim.Holds);
    }

    [Fact]
    public void Before_a_pod_asks_the_ENI_itself_tells_what_is_free() =>
        Assert.Equal(new PodAddressChange.AssignCount(PodAddressKind.Ipv4, 3), PodAddressDecision.Plan(Input(5, 2) with { Use = null }).Change);

    [Fact]
    public void A_count_from_before_an_assignment_does_not_repeat_it()
    {
        var input = Input(4, 4);
        input.Use!.Free = 0;

        Assert.Null(PodAddressDecision.Plan(input with { Clocks = input.Clocks with { SinceAssignment = TimeSpan.FromSeconds(5) } }).Change);
        Assert.NotNull(PodAddressDecision.Plan(input).Change);
    }

    [Theory]
    [InlineData(Reasons.SubnetFull, 4, 0, Reasons.SubnetFull)]
    // What was said of a limit is over with it.
    [InlineData(Reasons.AddressLimitReached, 4, 0, Reasons.AsExpected)]
    [InlineData(Reasons.SubnetFull, 4, 4, Reasons.AsExpected)]
    public void What_EC2_refused_is_said_until_the_addresses_have_come(string said, int warm, int present, string expected)
    {
        var input = Input(warm, present) with { Said = new ConditionClaim(false, said, "m") };

        Assert.Equal(expected, PodAddressDecision.Plan(input).Claim.Reason);
        // And while a retry is throttled.
        var throttled = input with
        {
            CountedHold = new PodAddressHold(TimeSpan.FromSeconds(1), null),
        };
        Assert.Equal(expected, PodAddressDecision.Plan(throttled).Claim.Reason);
    }

    [Theory]
    [InlineData(16, 0, 1)]
    [InlineData(17, 0, 2)]
    [InlineData(17, 1, 1)]
    public void With_prefixes_sixteen_come_at_a_time(int warm, int prefixes, int expected)
    {
        var input = Input(warm, 0) with { Use = null };
        input.Spec.Ipv4PrefixCount = 1;
        var row = input.Row with { Prefixes = [.. Enumerable.Range(1, prefixes).Select(block => $"10.0.1.{block * 16}/28")] };

        Assert.Equal(new PodAddressChange.AssignCount(PodAddressKind.Ipv4Prefix, expected), PodAddressDecision.Plan(input with { Row = row }).Change);
    }

    [Theory]
    [InlineData(0, 0, int.MaxValue, 1024)]
    [InlineData(0, 1, int.MaxValue, 64)]
    [InlineData(0, 1, int.MinValue, null)]
    [InlineData(int.MaxValue, 0, 5, null)]
    [InlineData(int.MinValue, 0, 5, 5)]
    public void An_agent_is_believed_no_number_that_cannot_be(int free, int prefixes, int waiting, int? expected)
    {
        var input = Input(0, 0) with
        {
            AddressesPerEni = null,
            Use = new AddressUse { Free = free, Waiting = waiting },
        };
        input.Spec.Ipv4PrefixCount = prefixes;

        Assert.Equal(expected, (PodAddressDecision.Plan(input).Change as PodAddressChange.AssignCount)?.Count);
    }

    [Fact]
    public void IPv6_addresses_come_where_the_counts_ask_for_them()
    {
        var input = Input(3, 3);
        input.Spec.Ipv6AddressCount = 1;
        var row = input.Row with { Ipv6Addresses = ["fd00::1"] };

        Assert.Equal(new PodAddressChange.AssignCount(PodAddressKind.Ipv6, 2), PodAddressDecision.Plan(input with { Row = row }).Change);
    }

    [Theory]
    [InlineData(null, 5, 3)]
    [InlineData(4, 30, 2)]
    [InlineData(2, 30, null)]
    [InlineData(null, 2, null)]
    public void No_more_than_the_type_and_the_maximum_allow(int? maximum, int perEni, int? expected)
    {
        var input = Input(9, 1) with { AddressesPerEni = perEni };
        input.Spec.PodAddresses!.Maximum = maximum;

        var plan = PodAddressDecision.Plan(input);

        Assert.Equal(expected is { } count ? new PodAddressChange.AssignCount(PodAddressKind.Ipv4, count) : null, plan.Change);
        Assert.Equal((false, Reasons.AddressLimitReached), (plan.Claim.Holds, plan.Claim.Reason));
    }

    [Fact]
    public void A_prefix_counts_as_sixteen_of_the_maximum_and_as_one_of_the_type()
    {
        var input = Input(40, 0) with { Use = null, AddressesPerEni = 30 };
        (input.Spec.Ipv4PrefixCount, input.Spec.PodAddresses!.Maximum) = (1, 33);

        Assert.Equal(new PodAddressChange.AssignCount(PodAddressKind.Ipv4Prefix, 2), PodAddressDecision.Plan(input).Change);
    }

    [Fact]
    public void What_EC2_refused_waits_and_is_in_the_condition()
    {
        var claim = new ConditionClaim(false, Reasons.SubnetFull, "full");
        var plan = PodAddressDecision.Plan(Input(4, 0) with { CountedHold = new(TimeSpan.FromSeconds(150), claim) });

        Assert.Null(plan.Change);
        Assert.Equal((claim, TimeSpan.FromSeconds(150)), (plan.Claim, plan.LookAgain));
        Assert.True(PodAddressDecision.Plan(Input(4, 4) with { CountedHold = new(TimeSpan.FromSeconds(150), claim) }).Claim.Holds);
    }

    [Theory]
    // Warm, present, waiting; what was refused, how often; what is asked for.
    [InlineData(8, 0, 3, 8, 1, 3)]
    [InlineData(8, 0, 3, 3, 2, 1)]
    [InlineData(8, 0, 12, 12, 1, 1)]
    [InlineData(8, 0, 0, 8, 1, 1)]
    [InlineData(8, 1, 0, 8, 1, null)]
    [InlineData(8, 1, 3, 8, 1, 2)]
    // However the number of those that wait changes.
    [InlineData(8, 0, 2, 3, 2, 1)]
    [InlineData(8, 3, 3, 8, 2, null)]
    public void In_a_subnet_that_has_not_all_fewer_are_asked_for(int warm, int present, int waiting, int refused, int times, int? expected)
    {
        var claim = new ConditionClaim(false, Reasons.SubnetFull, "full");
        var input = Input(warm, present, waiting: waiting) with { Shortage = new(refused, times, TimeSpan.FromSeconds(150), claim) };

        var plan = PodAddressDecision.Plan(input);

        Assert.Equal(expected is { } count ? new PodAddressChange.AssignCount(PodAddressKind.Ipv4, count) : null, plan.Change);
        Assert.Equal((claim, expected is null ? TimeSpan.FromSeconds(150) : null), (plan.Claim, plan.LookAgain));
    }

    [Fact]
    public void Without_two_blocks_one_prefix_is_asked_for()
    {
        var claim = new ConditionClaim(false, Reasons.SubnetFull, "full");
        var input = Input(0, 0, waiting: 20) with { Shortage = new(2, 1, TimeSpan.FromSeconds(150), claim) };
        input.Spec.Ipv4PrefixCount = 1;

        Assert.Equal(new PodAddressChange.AssignCount(PodAddressKind.Ipv4Prefix, 1), PodAddressDecision.Plan(input).Change);
    }

    [Fact]
    public void What_is_free_for_long_is_first_withdrawn_then_taken_away()
    {
        var input = Input(1, 10) with { Assigned = new HashSet<string>(Addresses(10)) };

        Assert.Empty(PodAddressDecision.Plan(input with { Clocks = input.Clocks with { Quiet = TimeSpan.FromMinutes(4) } }).Withdrawn);
        var first = PodAddressDecision.Plan(input);
        Assert.Null(first.Change);
        Assert.Equal(Addresses(10)[5..], first.Withdrawn.Order(StringComparer.Ordinal));

        // The agent has seen it, and the time for a pod that had just been given one is over.
        var withdrawn = input with
        {
            Withdrawn = first.Withdrawn,
        };
        withdrawn.Use!.Free = 5;
        Assert.Null(PodAddressDecision.Plan(withdrawn with { Clocks = withdrawn.Clocks with { SinceWithdrawal = TimeSpan.FromSeconds(29) } }).Change);
        Assert.Equal(
            Addresses(10)[5..],
            Assert.IsType<PodAddressChange.Unassign>(PodAddressDecision.Plan(withdrawn).Change).Addresses.Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public void An_agent_that_has_not_seen_the_withdrawal_keeps_the_addresses_there()
    {
        var input = Input(1, 10) with { Assigned = new HashSet<string>(Addresses(10)), Withdrawn = new HashSet<string>(Addresses(10)[5..]) };

        Assert.Null(PodAddressDecision.Plan(input).Change);
    }

    [Fact]
    public void A_withdrawn_address_that_a_pod_was_given_comes_back()
    {
        var input = Input(1, 10) with { Assigned = new HashSet<string>(Addresses(10)), Withdrawn = new HashSet<string>(Addresses(10)[8..]) };
        input.Use!.Used = [new() { Address = Addresses(10)[9], Pod = "a/b" }];

        Assert.Equal([Addresses(10)[8]], PodAddressDecision.Plan(input).Withdrawn);
    }

    [Fact]
    public void A_withdrawn_address_that_is_needed_again_costs_no_call()
    {
        var input = Input(0, 4, used: 2, waiting: 2) with
        {
            Assigned = new HashSet<string>(Addresses(4)),
            Withdrawn = new HashSet<string>(Addresses(4)[2..]),
        };
        input.Use!.Free = 0;

        var plan = PodAddressDecision.Plan(input);

        Assert.Null(plan.Change);
        Assert.Empty(plan.Withdrawn);
    }

    [Fact]
    public void An_address_with_a_name_goes_without_slack_when_its_pod_is_gone()
    {
        var input = Input(0, 1) with { Assigned = new HashSet<string>(Addresses(1)) };
        Assert.Empty(PodAddressDecision.Plan(input).Withdrawn);

        input.Spec.PodAddresses!.FixedCidrs = ["10.0.0.0/24"];
        Assert.Equal(Addresses(1), PodAddressDecision.Plan(input).Withdrawn);
    }

    [Theory]
    // The two last of four are in the range: what is wanted, what the agent says, what is assigned.
    [InlineData(4, null, 2)]
    [InlineData(2, null, null)]
    [InlineData(4, 2, 2)]
    [InlineData(4, 1, 3)]
    public void What_is_kept_for_names_is_not_counted_as_free(int warm, int? reported, int? expected)
    {
        var input = Input(warm, 4);
        input.Spec.PodAddresses!.FixedCidrs = ["10.0.0.102/31"];
        var use = reported is { } free ? new AddressUse { Free = free, FreeFixed = 2 } : null;

        Assert.Equal(expected, (PodAddressDecision.Plan(input with { Use = use }).Change as PodAddressChange.AssignCount)?.Count);
    }

    [Fact]
    public void Of_a_prefix_only_what_is_outside_of_the_ranges_for_names_is_counted()
    {
        var input = Input(9, 0) with { Use = null };
        (input.Spec.Ipv4PrefixCount, input.Spec.PodAddresses!.FixedCidrs) = (1, ["10.0.1.16/29"]);
        var row = input.Row with { Prefixes = ["10.0.1.16/28"] };

        Assert.Equal(new PodAddressChange.AssignCount(PodAddressKind.Ipv4Prefix, 1), PodAddressDecision.Plan(input with { Row = row }).Change);
        input.Spec.PodAddresses.Warm = 8;
        Assert.Null(PodAddressDecision.Plan(input with { Row = row }).Change);
    }

    [Fact]
    public void What_is_of_use_to_no_other_pod_is_not_in_the_way_of_those_that_wait()
    {
        var input = Input(1, 3) with { AddressesPerEni = 4, Assigned = new HashSet<string>(Addresses(3)) };
        input.Spec.PodAddresses!.FixedCidrs = ["10.0.0.102/32"];
        (input.Use!.Free, input.Use.FreeFixed, input.Use.Waiting) = (0, 1, 1);
        input.Use.Used = [.. Addresses(2).Select(address => new UsedAddress { Address = address, Pod = "ns/pod" })];
        input = input with { Clocks = input.Clocks with { Quiet = TimeSpan.Zero } };

        Assert.Equal(["10.0.0.102"], PodAddressDecision.Plan(input).Withdrawn);
        // With room for another one nothing hurries.
        Assert.Empty(PodAddressDecision.Plan(input with { AddressesPerEni = 5 }).Withdrawn);
        // One that a pod has asked for stays.
        input.Use.Requested = [new RequestedAddress { Address = "10.0.0.102", Pod = "ns/named" }];
        Assert.Empty(PodAddressDecision.Plan(input).Withdrawn);
    }

    [Fact]
    public void A_prefix_that_only_names_can_use_is_taken_back()
    {
        var input = Input(1, 0);
        (input.Spec.Ipv4PrefixCount, input.Spec.PodAddresses!.FixedCidrs) = (1, ["10.0.1.16/28"]);
        input = input with
        {
            Row = input.Row with { Prefixes = ["10.0.1.16/28", "10.0.2.16/28"] },
            Assigned = new HashSet<string>(["10.0.1.16/28", "10.0.2.16/28"], StringComparer.Ordinal),
        };
        (input.Use!.Free, input.Use.FreeFixed) = (16, 16);
        Assert.Equal(["10.0.1.16/28"], PodAddressDecision.Plan(input).Withdrawn);
    }

    [Fact]
    public void What_is_of_use_to_no_other_pod_makes_room_whatever_is_missing()
    {
        var input = Input(3, 3) with { AddressesPerEni = 4, Assigned = new HashSet<string>(Addresses(3)) };
        input.Spec.PodAddresses!.FixedCidrs = ["10.0.0.102/32"];
        input.Use!.Free = 2;
        input.Use.FreeFixed = 1;

        var plan = PodAddressDecision.Plan(input);

        Assert.Equal((Reasons.AddressLimitReached, null), (plan.Claim.Reason, plan.Change));
        Assert.Equal(["10.0.0.102"], plan.Withdrawn);
    }

    [Fact]
    public void A_withdrawn_address_of_names_helps_no_other_pod()
    {
        var input = Input(1, 1) with { Assigned = new HashSet<string>(Addresses(1)), Withdrawn = new HashSet<string>(Addresses(1)) };
        input.Spec.PodAddresses!.FixedCidrs = ["10.0.0.100/32"];
        input.Use!.Free = 0;

        var plan = PodAddressDecision.Plan(input);

        Assert.Equal(new PodAddressChange.AssignCount(PodAddressKind.Ipv4, 1), plan.Change);
        Assert.Equal(Addresses(1), plan.Withdrawn);
    }

    [Theory]
    // Five of six are left: what the agent counts as free, and as kept for names.
    [InlineData(4, 1, true)]
    [InlineData(4, 2, false)]
    [InlineData(5, 1, false)]
    // One of an earlier release counts all as free.
    [InlineData(5, null, true)]
    [InlineData(6, null, false)]
    public void What_is_kept_for_names_is_taken_away_when_the_agent_has_seen_it(int free, int? kept, bool expected)
    {
        var input = Input(0, 6) with { Assigned = new HashSet<string>(Addresses(6)), Withdrawn = new HashSet<string>(Addresses(6)[5..]) };
        input.Spec.PodAddresses!.FixedCidrs = ["10.0.0.104/31"];
        input.Spec.SecondaryPrivateIpCount = 5;
        (input.Use!.Free, input.Use.FreeFixed) = (free, kept);

        Assert.Equal(expected, PodAddressDecision.Plan(input).Change is PodAddressChange.Unassign { Addresses: ["10.0.0.105"] });
    }

    [Theory]
    [InlineData("10.0.0.0/8", false)]
    [InlineData("10.0.0.0/25 10.0.0.128/25", false)]
    [InlineData("10.0.0.128/25 10.0.0.0/25 10.0.0.64/26", false)]
    [InlineData("10.0.0.0/25 10.0.0.64/26", true)]
    [InlineData("10.0.1.0/24", true)]
    [InlineData("2001:db8::/32", true)]
    public void Where_every_address_is_kept_for_names_none_is_asked_for(string ranges, bool expected)
    {
        var input = Input(3, 0) with { SubnetCidr = "10.0.0.0/24" };
        input.Spec.PodAddresses!.FixedCidrs = [.. ranges.Split(' ')];

        var plan = PodAddressDecision.Plan(input);

        Assert.Equal(expected, plan.Change is PodAddressChange.AssignCount { Count: 3 });
        Assert.Equal(expected ? Reasons.AsExpected : Reasons.InvalidSpec, plan.Claim.Reason);
    }

    [Fact]
    public void What_is_granted_is_on_record_before_it_is_assigned_and_first_of_all()
    {
        var plan = PodAddressDecision.Plan(Input(4, 0) with { Named = [new NamedVerdict.Granted("10.0.0.77", null)] });

        Assert.Equal(["10.0.0.77"], Assert.IsType<PodAddressChange.AssignNamed>(plan.Change).Addresses);
        Assert.Equal(["10.0.0.77"], plan.Assigned);
    }

    [Fact]
    public void Addresses_that_move_are_not_in_one_call_with_others()
    {
        var other = A.Row("eni-2") with { PrivateIps = ["10.0.0.3", "10.0.0.77"] };
        var verdicts = new NamedVerdict[] { new NamedVerdict.Granted("10.0.0.77", other), new NamedVerdict.Granted("10.0.0.78", null) };
        var first = Assert.IsType<PodAddressChange.AssignNamed>(PodAddressDecision.Plan(Input(0, 0) with { Named = verdicts }).Change);
        var moving = Assert.IsType<PodAddressChange.AssignNamed>(PodAddressDecision.Plan(Input(0, 0) with { Named = verdicts[..1] }).Change);

        Assert.Equal(["10.0.0.78"], first.Addresses);
        Assert.Empty(first.MovedFrom);
        Assert.Equal([other], moving.MovedFrom);
    }

    [Fact]
    public void An_IPv6_address_is_unassigned_where_it_is_first()
    {
        var other = A.Row("eni-2") with { Ipv6Addresses = ["fd00::77"] };
        var change = PodAddressDecision.Plan(Input(0, 0) with { Named = [new NamedVerdict.Granted("fd00::77", other)] }).Change;

        Assert.Equal(other, Assert.IsType<PodAddressChange.TakeFrom>(change).From);
    }

    [Fact]
    public void A_name_beyond_the_limit_is_refused()
    {
        var plan = PodAddressDecision.Plan(Input(0, 1) with { AddressesPerEni = 2, Named = [new NamedVerdict.Granted("10.0.0.77", null)] });

        Assert.Null(plan.Change);
        Assert.Equal(Reasons.AddressLimitReached, Assert.Single(plan.Refused).Reason);
    }

    [Fact]
    public void Nothing_in_use_or_of_others_is_ever_taken_away_and_no_limit_passed()
    {
        Gen.Select(Gen.Int[0, 12], Gen.Int[0, 20], Gen.Int[0, 20], Gen.Int[0, 5], Gen.Int[0, 20], Gen.Int[0, 6], Gen.Int[1, 30])
            .Sample(
                (warm, present, used, waiting, ours, counted, perEni) =>
                {
                    var input = Input(warm, present, Math.Min(used, present), waiting) with
                    {
                        AddressesPerEni = Math.Max(perEni, present + 1),
                        Assigned = new HashSet<string>(Addresses(present).TakeLast(ours)),
                    };
                    input.Spec.SecondaryPrivateIpCount = Math.Min(counted, present);
                    var taken = new HashSet<string>(input.Use!.Used!.Select(one => one.Address));
                    var plan = PodAddressDecision.Plan(input);

                    Assert.DoesNotContain(plan.Withdrawn, taken.Contains);
                    Assert.True(plan.Withdrawn.IsSubsetOf(input.Assigned));
                    Assert.True(present - plan.Withdrawn.Count >= input.Spec.SecondaryPrivateIpCount);
                    Assert.True(plan.Withdrawn.Count == 0 || input.Use.Free - plan.Withdrawn.Count >= Math.Max(warm, waiting));
                    if (plan.Change is PodAddressChange.AssignCount assign)
                    {
                        Assert.InRange(assign.Count, 1, input.AddressesPerEni.Value - 1 - present);
                        Assert.True(input.Use.Free + assign.Count <= Math.Max(warm, waiting));
                    }
                }
            );
    }

    private static string[] Addresses(int count) => [.. Enumerable.Range(0, count).Select(host => $"10.0.0.{100 + host}")];

    private static PodAddressInput Input(int warm, int present, int used = 0, int waiting = 0)
    {
        var spec = A.Attachment(spec: spec => spec.PodAddresses = new PodAddressesSpec { Warm = warm }).Spec!;
        var row = A.Row(attachment: A.Attached()) with { PrivateIps = ["10.0.0.9", .. Addresses(present)] };
        var use = new AddressUse
        {
            Free = present - used,
            Waiting = waiting,
            Used = [.. Addresses(used).Select(address => new UsedAddress { Address = address, Pod = "a/b" })],
        };
        return new PodAddressInput(spec, row, use, 30);
    }
}
