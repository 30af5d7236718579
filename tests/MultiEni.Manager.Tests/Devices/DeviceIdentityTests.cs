using MultiEni.Manager.Devices;
using MultiEni.Manager.Host;

namespace MultiEni.Manager.Tests.Devices;

public sealed class DeviceIdentityTests
{
    private static DeviceMatch Find(DeviceClaim claim, HostObservation host, params DeviceClaim[] others) =>
        DeviceIdentity.Find(claim, others, host, PciIds.ElasticNetworkAdapters);

    [Fact]
    public void The_hardware_address_leads_to_the_device()
    {
        var found = Assert.IsType<DeviceMatch.Found>(Find(A.Claim(), A.HostWithEni()));
        Assert.Equal(A.Address, found.Device.Address);
        Assert.Equal(IdentityProof.HardwareAddress, found.Proof);
    }

    [Fact]
    public void An_address_that_the_user_gave_and_that_is_right_changes_nothing() =>
        Assert.IsType<DeviceMatch.Found>(Find(A.Claim() with { GivenAddress = A.Address }, A.HostWithEni()));

    [Fact]
    public void A_wrong_address_is_refused_with_both_values()
    {
        var host = A.Host(
            [A.Device(), A.Device("0000:00:07.0", "ena", "ens7")],
            [A.Link(3, "ens6", A.Mac.ToString()), A.Link(4, "ens7", A.OtherMac.ToString())]
        );
        var mismatch = Assert.IsType<DeviceMatch.Mismatch>(Find(A.Claim() with { GivenAddress = A.OtherAddress }, host));
        Assert.Contains("0000:00:07.0", mismatch.Message, StringComparison.Ordinal);
        Assert.Contains("0000:00:06.0", mismatch.Message, StringComparison.Ordinal);
        Assert.Contains(A.OtherMac.ToString(), mismatch.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_address_of_another_card_is_refused_before_the_device_appears() =>
        Assert.IsType<DeviceMatch.Mismatch>(
            Find(
                A.Claim() with
                {
                    GivenAddress = A.OtherAddress,
                },
                A.Host([A.Device("0000:00:07.0", "ena", "ens7")], [A.Link(4, "ens7", A.OtherMac.ToString())])
            )
        );

    [Fact]
    public void An_address_without_a_device_is_waited_for_and_then_refused()
    {
        var claim = A.Claim() with { GivenAddress = A.Address };
        Assert.IsType<DeviceMatch.Absent>(Find(claim, A.Host()));
        Assert.IsType<DeviceMatch.AddressNotFound>(Find(claim with { MayEliminate = true }, A.Host()));
    }

    [Fact]
    public void A_bound_device_is_found_by_the_journal() =>
        Assert.Equal(
            IdentityProof.Journal,
            Assert.IsType<DeviceMatch.Found>(Find(A.Claim() with { JournalAddress = A.Address }, A.Host([A.BoundDevice()]))).Proof
        );

    [Fact]
    public void A_journal_that_points_to_a_device_with_another_hardware_address_is_not_believed() =>
        Assert.IsType<DeviceMatch.Absent>(
            Find(A.Claim() with { JournalAddress = A.Address }, A.Host([A.Device()], [A.Link(3, "ens6", A.OtherMac.ToString())]))
        );

    [Fact]
    public void A_device_in_a_pods_namespace_is_found_by_the_report() =>
        Assert.Equal(
            IdentityProof.Report,
            Assert
                .IsType<DeviceMatch.Found>(
                    Find(A.Claim() with { ReportedAddress = A.Address, ReportedDriver = "ena" }, A.Host([A.Device(interfaceName: null)]))
                )
                .Proof
        );

    [Theory]
    [InlineData(null)]
    [InlineData("ena")]
    public void A_newcomer_in_the_slot_of_a_bound_device_is_not_taken_for_it(string? driver)
    {
        var claim = A.Claim() with { JournalAddress = A.Address, JournalDriver = "vfio-pci" };
        var newcomer = A.Device(driver: driver, interfaceName: null);
        Assert.IsType<DeviceMatch.Absent>(Find(claim, A.Host([newcomer])));
        Assert.Equal(
            IdentityProof.Journal,
            Assert.IsType<DeviceMatch.Found>(Find(claim, A.Host([newcomer with { DriverOverride = "vfio-pci" }]))).Proof
        );
        Assert.Equal(
            IdentityProof.Journal,
            Assert.IsType<DeviceMatch.Found>(Find(claim, A.Host([newcomer with { Driver = null, IsLeavingVfio = true }]))).Proof
        );
        Assert.Equal(IdentityProof.Journal, Assert.IsType<DeviceMatch.Found>(Find(claim with { JournalDriver = null }, A.Host([newcomer]))).Proof);
    }

    [Fact]
    public void A_newcomer_in_the_slot_of_a_reported_device_is_not_taken_for_it() =>
        Assert.IsType<DeviceMatch.Absent>(
            Find(A.Claim() with { ReportedAddress = A.Address, ReportedDriver = "ena" }, A.Host([A.Device(driver: null, interfaceName: null)]))
        );

    [Fact]
    public void The_only_device_without_an_interface_is_it_once_it_cannot_merely_be_late()
    {
        var host = A.Host([A.BoundDevice()]);
        Assert.True(Assert.IsType<DeviceMatch.Absent>(Find(A.Claim(), host)).MayBeHidden);
        Assert.False(Assert.IsType<DeviceMatch.Absent>(Find(A.Claim(), A.Host())).MayBeHidden);
        var other = A.Claim("b", A.OtherMac) with { JournalAddress = A.Address };
        Assert.False(Assert.IsType<DeviceMatch.Absent>(Find(A.Claim(), host, other)).MayBeHidden);
        var found = Assert.IsType<DeviceMatch.Found>(Find(A.Claim() with { MayEliminate = true }, host));
        Assert.Equal(IdentityProof.Elimination, found.Proof);
    }

    [Fact]
    public void Two_devices_without_an_interface_are_ambiguous()
    {
        var host = A.Host([A.BoundDevice(), A.BoundDevice("0000:00:07.0")]);
        var ambiguous = Assert.IsType<DeviceMatch.Ambiguous>(Find(A.Claim() with { MayEliminate = true }, host));
        Assert.Contains("0000:00:06.0, 0000:00:07.0", ambiguous.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_missing_ENIs_and_one_device_are_ambiguous() =>
        Assert.IsType<DeviceMatch.Ambiguous>(Find(A.Claim() with { MayEliminate = true }, A.Host([A.BoundDevice()]), A.Claim("b", A.OtherMac)));

    [Fact]
    public void A_device_that_the_journal_gives_to_another_ENI_is_no_candidate() =>
        Assert.Equal(
            A.OtherAddress,
            Assert
                .IsType<DeviceMatch.Found>(
                    Find(
                        A.Claim() with
                        {
                            MayEliminate = true,
                        },
                        A.Host([A.BoundDevice(), A.BoundDevice("0000:00:07.0")]),
                        A.Claim("b", A.OtherMac) with
                        {
                            JournalAddress = A.Address,
                        }
                    )
                )
                .Device.Address
        );

    [Fact]
    public void Among_several_candidates_the_users_address_decides() =>
        Assert.Equal(
            A.OtherAddress,
            Assert
                .IsType<DeviceMatch.Found>(
                    Find(
                        A.Claim() with
                        {
                            MayEliminate = true,
                            GivenAddress = A.OtherAddress,
                        },
                        A.Host([A.BoundDevice(), A.BoundDevice("0000:00:07.0")])
                    )
                )
                .Device.Address
        );

    [Fact]
    public void A_device_that_no_ENI_can_be_is_never_a_candidate() =>
        Assert.IsType<DeviceMatch.Absent>(
            Find(A.Claim() with { MayEliminate = true }, A.Host([A.BoundDevice() with { Ids = new PciIds("1d0f", "efa1") }]))
        );

    [Fact]
    public void Without_a_hardware_address_a_single_further_device_is_taken_and_two_are_ambiguous()
    {
        var claim = A.Claim() with { Mac = null };
        Assert.Equal(IdentityProof.DeviceIndex, Assert.IsType<DeviceMatch.Found>(Find(claim, A.HostWithEni())).Proof);
        var two = A.Host(
            [A.Device(), A.Device("0000:00:07.0", "ena", "ens7")],
            [A.Link(3, "ens6", A.Mac.ToString()), A.Link(4, "ens7", A.OtherMac.ToString())]
        );
        Assert.IsType<DeviceMatch.Ambiguous>(Find(claim, two));
        Assert.IsType<DeviceMatch.Found>(Find(claim, two, A.Claim("b", A.OtherMac)));
    }

    [Fact]
    public void Without_a_hardware_address_the_primary_interface_is_never_taken() =>
        Assert.IsType<DeviceMatch.Absent>(Find(A.Claim() with { Mac = null }, A.Host()));

    [Fact]
    public void Two_devices_with_one_hardware_address_are_ambiguous() =>
        Assert.IsType<DeviceMatch.Ambiguous>(
            Find(
                A.Claim(),
                A.Host(
                    [A.Device(), A.Device("0000:00:07.0", "ena", "ens7")],
                    [A.Link(3, "ens6", A.Mac.ToString()), A.Link(4, "ens7", A.Mac.ToString())]
                )
            )
        );

    private static DeviceMatch ForRelease(DeviceClaim claim, HostObservation host) =>
        DeviceIdentity.FindForRelease(claim, [], host, PciIds.ElasticNetworkAdapters);

    [Fact]
    public void What_was_bound_is_released_whatever_address_was_given_since()
    {
        var claim = A.Claim() with { JournalAddress = A.Address, JournalDriver = "vfio-pci" };
        var host = A.Host([A.BoundDevice()]);
        foreach (var given in new PciAddress?[] { null, A.OtherAddress, PciAddress.Parse("0000:00:1e.0") })
        {
            var found = Assert.IsType<DeviceMatch.Found>(ForRelease(claim with { GivenAddress = given, MayEliminate = true }, host));
            Assert.Equal((A.Address, IdentityProof.Journal), (found.Device.Address, found.Proof));
        }
    }

    [Fact]
    public void What_was_bound_is_released_without_a_hardware_address_on_record_and_beside_a_copy_of_it()
    {
        var claim = A.Claim() with { JournalAddress = A.Address, JournalDriver = "vfio-pci" };
        Assert.IsType<DeviceMatch.Found>(ForRelease(claim with { Mac = null }, A.Host([A.BoundDevice()])));
        var copy = A.Host(
            [A.BoundDevice(), A.Device("0000:00:07.0", "ena", "ens7"), A.Device("0000:00:08.0", "ena", "ens8")],
            [A.Link(4, "ens7", A.Mac.ToString()), A.Link(5, "ens8", A.Mac.ToString())]
        );
        Assert.Equal(A.Address, Assert.IsType<DeviceMatch.Found>(ForRelease(claim, copy)).Device.Address);
    }

    [Fact]
    public void What_is_gone_or_has_given_its_place_to_another_ENI_is_not_released()
    {
        var claim = A.Claim() with { JournalAddress = A.Address, JournalDriver = "vfio-pci" };
        Assert.IsType<DeviceMatch.Absent>(ForRelease(claim, A.Host()));
        Assert.IsType<DeviceMatch.Absent>(ForRelease(claim, A.Host([A.Device()], [A.Link(3, "ens6", A.OtherMac.ToString())])));
        Assert.IsType<DeviceMatch.Ambiguous>(ForRelease(claim, A.Host([A.BoundDevice(driver: "igb_uio")])));
    }

    [Fact]
    public void A_wrong_address_does_not_keep_the_device_that_shows_itself_from_being_released() =>
        Assert.IsType<DeviceMatch.Found>(ForRelease(A.Claim() with { GivenAddress = A.OtherAddress }, A.HostWithEni()));

    public static TheoryData<string?, string?, bool, int?> ReportedDevices
    {
        get
        {
            var data = new TheoryData<string?, string?, bool, int?>();
            foreach (var reported in new[] { null, "ena", "vfio-pci", "uio_pci_generic" })
            {
                foreach (var driver in new[] { null, "ena", "vfio-pci", "uio_pci_generic" })
                {
                    foreach (var shows in new[] { false, true })
                    {
                        foreach (var index in new int?[] { null, 1 })
                        {
                            data.Add(reported, driver, shows && driver == "ena", index);
                        }
                    }
                }
            }

            return data;
        }
    }

    /// <summary>As when the ENI has vanished from EC2, or somebody emptied the status.</summary>
    [Theory]
    [MemberData(nameof(ReportedDevices))]
    public void Without_a_hardware_address_what_is_where_this_agent_reported_it_is_never_taken_for_gone(
        string? reported,
        string? driver,
        bool shows,
        int? index
    )
    {
        var claim = A.Claim() with { Mac = null, DeviceIndex = index, ReportedAddress = A.Address, ReportedDriver = reported };
        var device = A.Device(driver: driver, interfaceName: shows ? "ens6" : null);
        var host = shows ? A.Host([device], [A.Link(3, "ens6", A.Mac.ToString())]) : A.Host([device]);
        var match = ForRelease(claim, host);
        if (device.IsHeldByDpdk && driver != reported)
        {
            // It may be another one by now, bound by somebody else.
            Assert.IsType<DeviceMatch.Ambiguous>(match);
        }
        else
        {
            Assert.Equal(new DeviceMatch.Found(device, IdentityProof.Report), match);
        }
    }

    [Fact]
    public void Without_a_hardware_address_a_reported_place_that_another_ENI_has_by_now_is_that_ones()
    {
        var claim = A.Claim() with { Mac = null, DeviceIndex = null, ReportedAddress = A.Address, ReportedDriver = "ena" };
        var inPod = A.Host([A.Device(interfaceName: null)]);
        DeviceMatch Match(DeviceClaim other, HostObservation host) =>
            DeviceIdentity.FindForRelease(claim, [other], host, PciIds.ElasticNetworkAdapters);

        Assert.IsType<DeviceMatch.Absent>(Match(A.Claim("b"), A.HostWithEni()));
        Assert.IsType<DeviceMatch.Absent>(Match(A.Claim("b", A.OtherMac) with { JournalAddress = A.Address }, inPod));
        Assert.IsType<DeviceMatch.Ambiguous>(Match(A.Claim("b", A.OtherMac) with { ReportedAddress = A.Address }, inPod));
        Assert.IsType<DeviceMatch.Absent>(ForRelease(claim, A.Host()));
    }
}
