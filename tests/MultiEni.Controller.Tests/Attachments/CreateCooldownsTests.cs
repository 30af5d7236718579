using Microsoft.Extensions.Time.Testing;
using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Controller.Attachments;
using MultiEni.Controller.Ec2;
using MultiEni.Controller.Ec2.Failures;

namespace MultiEni.Controller.Tests.Attachments;

public sealed class CreateCooldownsTests
{
    private static readonly EniAttachmentSpec Plain = A.Attachment().Spec!;
    private static readonly EniAttachmentSpec WithPrefix = A.Attachment(spec: spec => spec.Ipv4PrefixCount = 1).Spec!;
    private readonly FakeTimeProvider _time = new();
    private readonly CreateCooldowns _cooldowns;
    private readonly List<string> _full = [];

    public CreateCooldownsTests()
    {
        _cooldowns = new(_time);
        _cooldowns.Subnets.Subscribe(_full.Add);
    }

    [Fact]
    public void A_subnet_without_blocks_is_left_alone_by_ENIs_with_prefixes_only()
    {
        Start("InsufficientCidrBlocks");

        Assert.Null(_cooldowns.For(Plain));
        Assert.Contains($"subnet {Plain.SubnetId} has no free block for a prefix", _cooldowns.For(WithPrefix)?.Message, StringComparison.Ordinal);
        Assert.Equal((false, true), (_cooldowns.IsFull(Plain.SubnetId, false), _cooldowns.IsFull(Plain.SubnetId, true)));
        Assert.Equal([Plain.SubnetId], _full);
    }

    [Fact]
    public void A_subnet_without_addresses_is_left_alone_by_all_and_for_a_while()
    {
        Start("InsufficientFreeAddressesInSubnet");

        Assert.Contains($"subnet {Plain.SubnetId} has too few free addresses", _cooldowns.For(Plain)?.Message, StringComparison.Ordinal);
        Assert.Equal(_cooldowns.For(Plain), _cooldowns.For(WithPrefix));
        _time.Advance(InsufficientAddresses.Cooldown);
        Assert.Null(_cooldowns.For(WithPrefix));
    }

    [Fact]
    public void At_the_limit_of_the_account_nothing_is_created_anywhere()
    {
        Start("NetworkInterfaceLimitExceeded");

        Assert.Equal(Reasons.QuotaExceeded, _cooldowns.For(A.Attachment(spec: spec => spec.SubnetId = "subnet-b1").Spec!)?.Reason);
        Assert.False(_cooldowns.IsFull(Plain.SubnetId, withPrefixes: true));
        Assert.Empty(_full);
    }

    [Fact]
    public void Another_failure_starts_none()
    {
        Start("InternalError");

        Assert.Equal(0, _cooldowns.Remembered);
    }

    [Fact]
    public void What_a_subnet_did_not_have_holds_no_ENI_up_and_is_known_for_a_while()
    {
        var failure = FailureTable.Classify(Ec2Actions.AssignPrivateIpAddresses, "InsufficientFreeAddressesInSubnet", "");
        _cooldowns.StartShortage(failure, Plain.SubnetId, ofPrefixes: false, 8);
        _time.Advance(TimeSpan.FromSeconds(100));
        _cooldowns.StartShortage(failure, Plain.SubnetId, ofPrefixes: false, 3);

        Assert.Null(_cooldowns.For(Plain));
        Assert.Empty(_full);
        Assert.Equal((3, 2), _cooldowns.ShortageOf(Plain.SubnetId, ofPrefixes: false) is { } known ? (known.Refused, known.Times) : default);
        Assert.Null(_cooldowns.ShortageOf(Plain.SubnetId, ofPrefixes: true));
        _time.Advance(InsufficientAddresses.Cooldown - TimeSpan.FromSeconds(100));
        Assert.Null(_cooldowns.ShortageOf(Plain.SubnetId, ofPrefixes: false));
    }

    private void Start(string code) => _cooldowns.Start(FailureTable.Classify(Ec2Actions.CreateNetworkInterface, code, ""), Plain.SubnetId);
}
